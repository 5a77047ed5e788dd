"""What can be wrong with the house's own disk and database, each with one plain sentence for the operator."""

from bot.workflow.ports import StorageTrouble


class StorageUnusable(StorageTrouble):
    """The bot cannot keep anything; `reason` is a sentence that says what happened and what to do."""

    def __init__(self, reason: str, *, full: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.full = reason, full


class DatabaseUnusable(StorageUnusable):
    """The database cannot be opened, read or written."""


class FolderUnusable(StorageUnusable):
    """A folder of the house cannot be made or written."""


class AlreadyRunning(StorageUnusable):
    """Another process is the bot of this database or folder."""


class RuleBroken(Exception):
    """The database refused a write that breaks one of its rules: a mistake of ours, named without what was written."""


FULL = "disk is full"
# What a database says, in lower case, and what it means to the operator.
_REASONS = (
    ("file is not a database", "{where} is not an SQLite database, or it is damaged. Restore a backup of it."),
    ("malformed", "{where} is damaged. Restore a backup of it."),
    ("unable to open", "{where} cannot be opened. Check that its folder exists and may be written by this user."),
    ("readonly", "{where} cannot be written. Check who owns the file and its folder."),
    ("is locked", "{where} is held by another program. Close that program and try again."),
    (FULL, "The disk of {where} is full. Make room and start again."),
    ("disk i/o error", "The disk of {where} has a fault. Look into the system's log."),
    ("no such table", "{where} has not been set up. Run `darkroom migrate`."),
    ("undefinedtable", "{where} has not been set up. Run `darkroom migrate`."),
    ("too many clients", "{where} accepts no more connections. Raise its limit or stop another program."),
    ("authentication failed", "{where} does not accept this user and password. Check DATABASE_URL."),
)


def reason(where: str, fault: BaseException) -> str | None:
    """The sentence for what the database said; None where it is not a known state of the disk or the server."""
    said = f"{type(fault).__name__} {fault}".lower()
    found = next((sentence for sign, sentence in _REASONS if sign in said), None)
    return found.format(where=where) if found else None


def is_full(fault: BaseException) -> bool:
    """Whether the database said that its disk has no room left."""
    return FULL in str(fault).lower()


def rule(fault: BaseException) -> str:
    """What the database said without its details, in which PostgreSQL repeats the row, prompts and all."""
    details = getattr(fault, "diag", None)
    return str(details.message_primary if details else fault)
