"""The doctor's sentences, and those about models that end."""

from dataclasses import replace
from datetime import date
from typing import get_args, get_type_hints

import pytest

from bot.chat.account import Account
from bot.domain.catalog import Standing, Status, shipped_cards
from bot.provider.examine import Found
from bot.words.doctor import SENTENCES, model_ends, sentence

TODAY = date(2026, 11, 20)


def test_everything_that_can_be_found_has_a_sentence() -> None:
    """No finding about a provider or about Discord is left without words."""
    account = get_args(get_type_hints(Account)["what"])

    assert {found.value for found in Found} | set(account) <= set(SENTENCES)


def test_foreign_text_stays_on_its_line() -> None:
    """What a server said cannot add a line, a colour or a placeholder of its own."""
    assert sentence("bot_known", {"name": "a\n{host}\x1b[31mb"}) == "The token is that of a {host}[31mb."


@pytest.mark.parametrize(
    ("status", "vendor", "said"),
    [
        (Status(Standing.ACTIVE), True, None),
        (Status(Standing.GATEWAY), False, None),
        (Status(Standing.ENDS, date(2026, 12, 21)), True, None),
        (Status(Standing.ENDS, date(2026, 12, 20)), True, "m ends on 2026-12-20, in 30 days."),
        (Status(Standing.ENDS, date(2026, 11, 21)), True, "m ends on 2026-11-21, in 1 day."),
        (Status(Standing.ENDS, date(2026, 11, 21)), False, "m ends at its vendor on 2026-11-21, in 1 day;"),
        (Status(Standing.ENDS, date(2026, 11, 20)), True, "m was switched off on 2026-11-20,"),
        (Status(Standing.GONE), True, "m was switched off, and edits with it fail."),
        (Status(Standing.GONE, date(2026, 5, 12)), False, "m was switched off by its vendor on 2026-05-12; shop may"),
    ],
)
def test_an_end_is_told_in_time(status: Status, vendor: bool, said: str | None) -> None:
    """From 30 days before, the end of a model is told; afterwards, that it is gone, and for whom."""
    card = replace(shipped_cards()["gpt-image-2"], name="m", provider="shop", status=status)

    ends = model_ends([card], ["shop"] if vendor else [], TODAY)

    assert [one.sentence.startswith(said or "") for one in ends] == ([] if said is None else [True])
    assert all(one.works is not (vendor and status.gone_by(TODAY)) for one in ends)
