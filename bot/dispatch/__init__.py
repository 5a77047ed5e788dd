"""Who runs a job and when."""
