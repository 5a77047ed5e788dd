"""How Alembic meets the database: on the connection, and in the transaction, that `bot.storage.migrate` opened."""

from alembic import context

from bot.dispatch import tickets
from bot.storage import tables

TARGETS = [tables.metadata, tickets.metadata]


def migrate() -> None:
    """Run the migrations on the connection that was handed over; there is no other way in."""
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=TARGETS,
        # SQLite changes a table by making it anew, and takes its changes back like any other when one fails.
        render_as_batch=True,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()


migrate()
