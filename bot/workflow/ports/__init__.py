"""The doors between the conductors and the rooms: what each room is asked for, in the nouns of `domain`."""

from bot.workflow.ports.chat import Delivery, Exhibit, LogLine, Parcel, Postbox, Undeliverable, Unreachable
from bot.workflow.ports.council import Council
from bot.workflow.ports.dispatch import Dispatcher
from bot.workflow.ports.pictures import (
    Charts,
    Finished,
    Finishing,
    LighterCopy,
    MaskForm,
    MaskReading,
    Pictures,
    Preparation,
    Prepared,
    Probe,
    Rung,
    SendFile,
    Source,
)
from bot.workflow.ports.provider import Answer, Call, Declined, Doubtful, Preview, Provider, Shut, Unsent
from bot.workflow.ports.receipt import Asking, Note, NoteKind, Receipt
from bot.workflow.ports.storage import Blobs, Book, Placed, Settlement, StorageTrouble, Tickets, Waiting
from bot.workflow.ports.world import Clock, Disk

__all__ = [
    "Answer",
    "Asking",
    "Blobs",
    "Book",
    "Call",
    "Charts",
    "Clock",
    "Council",
    "Declined",
    "Delivery",
    "Disk",
    "Dispatcher",
    "Doubtful",
    "Exhibit",
    "Finished",
    "Finishing",
    "LighterCopy",
    "LogLine",
    "MaskForm",
    "MaskReading",
    "Note",
    "NoteKind",
    "Parcel",
    "Pictures",
    "Placed",
    "Postbox",
    "Preparation",
    "Prepared",
    "Preview",
    "Probe",
    "Provider",
    "Receipt",
    "Rung",
    "SendFile",
    "Settlement",
    "Shut",
    "Source",
    "StorageTrouble",
    "Tickets",
    "Undeliverable",
    "Unreachable",
    "Unsent",
    "Waiting",
]
