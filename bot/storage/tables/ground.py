"""What every table stands on: the one list of them, and how their rules are worded."""

import sqlalchemy as sa

metadata = sa.MetaData()

Serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

# Both databases use a partial index only where a question repeats its words, so they are kept here and never bound.
STILL_ASKED = "state = 'open'"


def among(column: str, values: tuple[str, ...]) -> str:
    """That the column has one of these values."""
    quoted = ", ".join(f"'{value}'" for value in values)
    return f"{column} IN ({quoted})"
