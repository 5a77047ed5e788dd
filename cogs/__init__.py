"""The front doors, one file for each subject: defer, read, submit, answer."""
