"""The image API: one paid call, from the form on the wire to the pictures on disk."""
