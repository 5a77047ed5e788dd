"""What the operator has to say of this house: which bot it is, who runs it, what is kept and who sees pictures."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Seer:
    """A host that is sent pictures, and the models for which it is."""

    host: str
    models: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Imprint:
    """Links and the contact are the operator's own, None where there are none; `retention_days` is for pictures."""

    version: str = ""
    retention_days: int = 30
    privacy_url: str | None = None
    terms_url: str | None = None
    contact: str | None = None
    seers: tuple[Seer, ...] = ()
