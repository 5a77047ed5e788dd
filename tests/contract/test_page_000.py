"""Page 000, anyfast gpt-image-2 in Chinese: every field and value, from a member's option to the wire and back.

The table of its fields and values is that of `gpt_image_2.py`, which page 001 has in common with it.
"""

import pytest
import pytest_asyncio

from tests.contract import edits, pages
from tests.contract import gpt_image_2 as table
from tests.contract.playing import Evening, play


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def direct(tmp_path_factory: pytest.TempPathFactory) -> Evening:
    """Everything on the page, by an account in the Direct group."""
    asks = edits.asks(table.WITH_DIRECT, table.REFUSED_WITH_DIRECT)
    return await play(tmp_path_factory.mktemp("direct"), asks, table.DIRECT)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def plain(tmp_path_factory: pytest.TempPathFactory) -> Evening:
    """Everything on the page, by an account outside of it."""
    asks = edits.asks(table.WITHOUT_DIRECT, table.REFUSED_WITHOUT_DIRECT)
    return await play(tmp_path_factory.mktemp("plain"), asks, table.PLAIN)


def test_the_table_is_the_page() -> None:
    """The table has every field of the page, with every value and bound."""
    assert pages.schema_fields(pages.page("000")) == table.FIELDS


@pytest.mark.parametrize(("field", "value"), pages.values(table.FIELDS))
def test_every_value_is_sent_as_it_was_chosen(direct: Evening, field: str, value: str) -> None:
    """A call that the API accepted has this value in this field, unless it is one that goes without saying."""
    said = edits.sent_somewhere(field, value, direct, table.WITH_DIRECT)

    assert said is ((field, value) not in table.NOT_SENT)


@pytest.mark.parametrize("name", table.WITH_DIRECT)
def test_with_direct_an_edit_goes_out_and_comes_back(direct: Evening, name: str) -> None:
    """The call has exactly these fields and files; the results have the format, size and number asked for."""
    edits.check_wire(table.WITH_DIRECT[name], name, direct)
    edits.check_return(table.WITH_DIRECT[name], name, direct)


@pytest.mark.parametrize("name", table.WITHOUT_DIRECT)
def test_without_direct_an_edit_goes_out_and_comes_back(plain: Evening, name: str) -> None:
    """The same where neither mask, several results nor free sizes are sold: ten results are ten calls."""
    edits.check_wire(table.WITHOUT_DIRECT[name], name, plain)
    edits.check_return(table.WITHOUT_DIRECT[name], name, plain)


@pytest.mark.parametrize("name", [*table.WITH_DIRECT])
def test_the_charge_is_what_the_usage_says(direct: Evening, name: str) -> None:
    """The member pays what the provider's tokens cost, to the micro-USD."""
    seen = direct[name]

    assert seen.job is not None
    assert seen.job.charged == sum(call.billed_micro_usd for call in seen.calls) > 0


@pytest.mark.parametrize("name", table.REFUSED_WITH_DIRECT)
def test_one_beyond_is_refused_at_the_door(direct: Evening, name: str) -> None:
    """What the page does not allow is answered with a sentence, and nothing is sent."""
    edits.check_refused(table.REFUSED_WITH_DIRECT[name][1], name, direct)


@pytest.mark.parametrize("name", table.REFUSED_WITHOUT_DIRECT)
def test_without_direct_more_is_refused_at_the_door(plain: Evening, name: str) -> None:
    """So is what needs the Direct group."""
    edits.check_refused(table.REFUSED_WITHOUT_DIRECT[name][1], name, plain)


def test_nothing_else_was_asked_of_the_api(direct: Evening, plain: Evening) -> None:
    """Every call was accepted at once, none was made again, and no field is one that the page does not have."""
    for evening in (direct, plain):
        edits.check_manners(evening)
        assert {name for call in evening.books.calls for name, _ in call.fields} <= set(table.FIELDS)
