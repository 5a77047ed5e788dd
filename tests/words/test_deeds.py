"""What was decided, in one line."""

from dataclasses import replace

import pytest

from bot.domain.deed import OPERATOR, Deed, Verb
from bot.domain.errors import SafetyRefused
from bot.domain.job import State
from bot.domain.quota import Choice, Period, Permit, Rule, Scope, Subject, Unit
from bot.words import deeds
from tests.words.test_status import DONE, JOB

EN = "en-US"
VIP, MIRA = Subject(Scope.ROLE, 2), Subject(Scope.USER, 42)
DEED = Deed(3, 100.0, 1, 7, Verb.SET, VIP, "images", "images:day:20", "images:day:50", "")


def done(verb: Verb, target: Subject | None, what: str = "", old: str = "", new: str = "") -> Deed:
    """A decision of somebody in guild 7."""
    return replace(DEED, verb=verb, target=target, what=what, old=old, new=new)


@pytest.mark.parametrize(
    ("deed", "line"),
    [
        (DEED, "<@1> set pictures of <@&2>: 20 pictures a day → 50 pictures a day"),
        (
            done(Verb.SET, Subject(Scope.EVERYONE), "micro_usd", "", "micro_usd:rolling:2500000:12"),
            "<@1> set money of everyone: as usual → $2.50 in 12 hours",
        ),
        (
            done(Verb.SET, Subject(Scope.GUILD, 7), "images", "images:month:0", "images:month:free"),
            "<@1> set pictures of this server: none at all → no limit",
        ),
        (
            done(Verb.CLEAR, MIRA, "images", "images:week:20", ""),
            "<@1> took away the limit of pictures of <@42>, which was 20 pictures a week",
        ),
        (
            done(Verb.PERMIT, VIP, "model", "", "gpt-image-2 gpt-image-1.5"),
            "<@1> set the models that <@&2> may choose: all → gpt-image-2, gpt-image-1.5",
        ),
        (done(Verb.PERMIT, VIP, "n", "4", ""), "<@1> set the most pictures at a time that <@&2> may choose: 4 → all"),
        (
            done(Verb.GRANT, MIRA, "images", "", "images:5:1763640000"),
            "<@1> granted <@42> 5 pictures until <t:1763640000:f>",
        ),
        (
            done(Verb.RESET, MIRA, "", "images:day:3 micro_usd:month:90000", ""),
            "<@1> let what <@42> has used count as not used",
        ),
        (done(Verb.BLOCK, MIRA), "<@1> blocked <@42>"),
        (done(Verb.UNBLOCK, MIRA), "<@1> unblocked <@42>"),
        (done(Verb.PAUSE, None), "<@1> paused edits in this server"),
        (replace(DEED, verb=Verb.RESUME, target=None, guild_id=None), "<@1> let edits go on in all servers"),
        (done(Verb.ZONE, None, "", "UTC", "Europe/Vienna"), "<@1> set the time zone: UTC → Europe\\/Vienna"),
        (done(Verb.LOG, None, "", "", "31"), "<@1> set the log channel: none → <#31>"),
        (
            done(Verb.SETTING, None, "thread", "on", "off"),
            "<@1> changed the setting Threads: One for each edit → None, results stay in the channel",
        ),
        (
            done(Verb.SETTING, None, "channels_blocked", "", "31 32"),
            "<@1> changed the setting Channels blocked: None → <#31>, <#32>",
        ),
        (
            done(Verb.SETTING, None, "model", "", "gpt-image-1.5"),
            "<@1> changed the setting Model: As usual → gpt-image-1.5",
        ),
        (done(Verb.SETTING, None, "mood", "", "*glad*"), "<@1> changed the setting mood:  → \\*glad\\*"),
        (done(Verb.PRESET, None, "Snow", "", "Snow"), "<@1> wrote the preset Snow"),
        (done(Verb.UNPRESET, None, "Snow", "Snow", ""), "<@1> took away the preset Snow"),
        (
            replace(done(Verb.BLOCK, Subject(Scope.USER, -9)), actor_id=-8),
            "someone who was forgotten blocked someone who was forgotten",
        ),
        (replace(DEED, actor_id=OPERATOR), "The operator set pictures of <@&2>: 20 pictures a day → 50 pictures a day"),
    ],
)
def test_deed_line(deed: Deed, line: str) -> None:
    """A decision says who, whom, what it was and what it is now."""
    assert deeds.deed_line(deed, EN) == line


def test_every_verb_has_words() -> None:
    """There is nothing that can be decided and not be said."""
    assert set(deeds.SENTENCES) == set(Verb)
    assert set(deeds.CHOICES) == set(Choice)


def test_reason() -> None:
    """The reason comes last; it can neither ping nor link nor break the line."""
    line = deeds.deed_line(replace(DEED, reason="for @everyone\n# [x](https://evil.example) {who}"), EN)

    assert " · for @\u200beveryone \\#" in line
    assert "\n" not in line
    assert "](http" not in line.replace("\\]", "")


def test_text_of_another_version() -> None:
    """A decision that was kept in words that nobody knows any more is shown as it is, harmlessly."""
    line = deeds.deed_line(replace(DEED, what="wishes", old="@everyone", new="images:moon:7"), EN)

    assert line == "<@1> set wishes of <@&2>: @\u200beveryone → images:moon:7"


def test_edit_line() -> None:
    """An edit is one line: which, whose, by what, how many, for how much, how it ended, and the way there."""
    failed = replace(JOB, state=State.TOLD, trouble=SafetyRefused())

    assert (
        deeds.edit_line(DONE, "https://x", EN) == "#7 · <@42> · gpt-image-2 · 1 picture · $0.05 · delivered · https://x"
    )
    assert deeds.edit_line(failed, None, EN) == "#7 · <@42> · gpt-image-2 · 0 pictures · $0.00 · failed"


def test_rules_and_permits() -> None:
    """A limit is shown with whom it is for, and one of nothing with what it is of."""
    rule = Rule(7, VIP, Unit.IMAGES, Period.DAY, 50)
    permit = Permit(7, MIRA, Choice.QUALITY, ("low", "medium"))

    assert deeds.rule_line(rule, EN) == "<@&2>: 50 pictures a day"
    assert deeds.rule_line(replace(rule, limit=None), EN) == "<@&2>: pictures, no limit"
    assert deeds.rule_line(replace(rule, limit=0), EN) == "<@&2>: pictures, none at all"
    assert deeds.permit_line(permit, EN) == "<@42>: the qualities: low, medium"
