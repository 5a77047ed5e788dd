"""The rows and the files: what must survive a restart."""
