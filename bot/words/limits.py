"""Limits as people say them: "20 pictures a day", "$5.00 a month", "50 pictures in 12 hours"."""

from bot.domain.quota import Allowance, Period, Rule, Unit
from bot.words.amounts import dollars
from bot.words.language import language, marked
from bot.words.numerals import number as counted

SPANS = {
    Period.DAY: marked("a day"),
    Period.WEEK: marked("a week"),
    Period.MONTH: marked("a month"),
    Period.GRANT: marked("once"),
}
UNITS = {Unit.IMAGES: marked("pictures"), Unit.MICRO_USD: marked("money")}


def amount(unit: Unit, number: int, locale: str) -> str:
    """ "1 picture", "20 pictures", "$5.00"."""
    if unit is Unit.MICRO_USD:
        return dollars(number, locale)
    return language(locale).ngettext("{n} picture", "{n} pictures", number).format(n=counted(number, locale))


def span(period: Period, hours: int, locale: str) -> str:
    """ "a day", "in 12 hours"."""
    words = language(locale)
    if period is Period.ROLLING:
        return words.ngettext("in {n} hour", "in {n} hours", hours).format(n=hours)
    return words.gettext(SPANS[period])


def limit(unit: Unit, period: Period, most: int | None, hours: int, locale: str) -> str:
    """ "20 pictures a day"; "no limit" for None, "none at all" for nothing."""
    words = language(locale)
    if most is None:
        return words.gettext("no limit")
    if most == 0:
        return words.gettext("none at all")
    # Translators: "20 pictures a day", "$5.00 in 12 hours".
    sentence = words.gettext("{amount} {span}")
    return sentence.format(amount=amount(unit, most, locale), span=span(period, hours, locale))


def rule_limit(rule: Rule, locale: str) -> str:
    """What a rule allows."""
    return limit(rule.unit, rule.period, rule.limit, rule.hours, locale)


def heading(allowance: Allowance, locale: str) -> str:
    """ "Pictures a day", "Server: money in 12 hours"."""
    words = language(locale)
    # Translators: "pictures a day", "money in 12 hours".
    sentence = words.gettext("{unit} {span}")
    what = sentence.format(
        unit=words.gettext(UNITS[allowance.unit]), span=span(allowance.period, allowance.hours, locale)
    )
    if allowance.account.startswith("guild:"):
        return words.gettext("This server: {what}").format(what=what)
    return what[:1].upper() + what[1:]
