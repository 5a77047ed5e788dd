"""The doors between the conductors and the rooms: what each room is asked for, in the nouns of `domain`."""

from bot.workflow.ports.chat import Delivery, Exhibit, Parcel, Postbox, Undeliverable, Unreachable
from bot.workflow.ports.dispatch import Dispatcher
from bot.workflow.ports.pictures import (
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
from bot.workflow.ports.storage import Blobs, Book, Placed, Settlement, Tickets
from bot.workflow.ports.world import Clock

__all__ = [
    "Answer",
    "Asking",
    "Blobs",
    "Book",
    "Call",
    "Clock",
    "Declined",
    "Delivery",
    "Dispatcher",
    "Doubtful",
    "Exhibit",
    "Finished",
    "Finishing",
    "LighterCopy",
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
    "Tickets",
    "Undeliverable",
    "Unreachable",
    "Unsent",
]
