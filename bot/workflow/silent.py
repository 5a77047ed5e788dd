"""Metrics where nobody counts: beside the bot, and in what is tried without one."""

from bot.domain.job import Job
from bot.domain.request import EditRequest
from bot.workflow.ports import Freight, Metrics, Outcome


class Silent:
    """Counts nothing."""

    def edit_placed(self, request: EditRequest) -> None:
        """See `Metrics`."""

    def edit_ended(self, job: Job, provider: str | None) -> None:
        """See `Metrics`."""

    def queued(self, seconds: float) -> None:
        """See `Metrics`."""

    def called(self, provider: str, model: str, outcome: Outcome, seconds: float) -> None:
        """See `Metrics`."""

    def delivered(self, seconds: float) -> None:
        """See `Metrics`."""

    def carried(self, freight: Freight, size: int) -> None:
        """See `Metrics`."""

    def discord_failed(self, code: str) -> None:
        """See `Metrics`."""

    def decoder_replaced(self) -> None:
        """See `Metrics`."""


SILENT: Metrics = Silent()
