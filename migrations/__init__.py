"""The history of the tables: Alembic's scripts, applied by `darkroom migrate` and at every start."""
