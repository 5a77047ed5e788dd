"""What an admin or the operator decided, in one line: for their own answer, the log channel and the report."""

from bot.domain.deed import OPERATOR, Deed, Verb
from bot.domain.guild import Setting
from bot.domain.job import Job, State
from bot.domain.quota import Choice, Period, Permit, Rule, Scope, Subject, Unit
from bot.words import settings
from bot.words.amounts import dollars
from bot.words.escape import shown
from bot.words.language import language, marked
from bot.words.limits import UNITS, amount, limit, rule_limit
from bot.words.status import DOT, outcome

LONGEST_REASON = 200

SENTENCES = {
    Verb.SET: marked("{who} set {what} of {whom}: {old} → {new}"),
    Verb.CLEAR: marked("{who} took away the limit of {what} of {whom}, which was {old}"),
    Verb.PERMIT: marked("{who} set {what} that {whom} may choose: {old} → {new}"),
    Verb.GRANT: marked("{who} granted {whom} {new}"),
    Verb.RESET: marked("{who} let what {whom} has used count as not used"),
    Verb.BLOCK: marked("{who} blocked {whom}"),
    Verb.UNBLOCK: marked("{who} unblocked {whom}"),
    Verb.PAUSE: marked("{who} paused edits in {whom}"),
    Verb.RESUME: marked("{who} let edits go on in {whom}"),
    Verb.ZONE: marked("{who} set the time zone: {old} → {new}"),
    Verb.LOG: marked("{who} set the log channel: {old} → {new}"),
    Verb.SETTING: marked("{who} changed the setting {what}: {old} → {new}"),
    Verb.PRESET: marked("{who} wrote the preset {new}"),
    Verb.UNPRESET: marked("{who} took away the preset {old}"),
}
CHOICES = {
    Choice.MODEL: marked("the models"),
    Choice.SIZE: marked("the sizes"),
    Choice.QUALITY: marked("the qualities"),
    Choice.N: marked("the most pictures at a time"),
}


def deed_line(deed: Deed, locale: str) -> str:
    """ "<@1> set pictures of <@&2>: 20 pictures a day → 50 pictures a day", and why, where that was said."""
    words = language(locale)
    line = words.gettext(SENTENCES[deed.verb]).format(
        who=_who(deed.actor_id, locale),
        whom=whom(deed.target or _place(deed), locale),
        what=_what(deed, locale),
        old=_value(deed, deed.old, locale),
        new=_value(deed, deed.new, locale),
    )
    return f"{line}{DOT}{shown(deed.reason, LONGEST_REASON)}" if deed.reason else line


def edit_line(job: Job, link: str | None, locale: str) -> str:
    """ "#7 · <@42> · gpt-image-2 · 1 picture · $0.07 · delivered", and the way there."""
    count = amount(Unit.IMAGES, len(job.results), locale)
    delivered = job.state is State.DELIVERED
    how = language(locale).gettext("delivered") if delivered else outcome(job, locale)
    facts = (
        f"#{job.id}",
        person(job.request.user_id, locale),
        shown(job.request.model),
        count,
        dollars(job.charged, locale),
        how,
    )
    return DOT.join((*facts, *([link] if link else [])))


def whom(subject: Subject, locale: str) -> str:
    """A mention, or the words for more than one."""
    words = language(locale)
    match subject.scope:
        case Scope.USER:
            return person(subject.id, locale)
        case Scope.ROLE:
            return f"<@&{subject.id}>"
        case Scope.EVERYONE:
            return words.gettext("everyone")
        case Scope.GUILD:
            return words.gettext("this server")
        case Scope.HOUSE:
            return words.gettext("all servers")


def person(user_id: int, locale: str) -> str:
    """A mention; a member who was forgotten has a negative number, which is nobody at Discord."""
    return f"<@{user_id}>" if user_id >= 0 else language(locale).gettext("someone who was forgotten")


def rule_line(rule: Rule, locale: str) -> str:
    """ "<@&2>: 50 pictures a day"."""
    what = "" if rule.limit else f"{language(locale).gettext(UNITS[rule.unit])}, "
    return f"{whom(rule.subject, locale)}: {what}{rule_limit(rule, locale)}"


def permit_line(permit: Permit, locale: str) -> str:
    """ "<@&2>: the qualities: low, medium"."""
    chosen = shown(", ".join(permit.values), 400)
    return f"{whom(permit.subject, locale)}: {language(locale).gettext(CHOICES[permit.choice])}: {chosen}"


def _place(deed: Deed) -> Subject:
    return Subject(Scope.HOUSE) if deed.guild_id is None else Subject(Scope.GUILD, deed.guild_id)


def _who(actor_id: int, locale: str) -> str:
    return language(locale).gettext("The operator") if actor_id == OPERATOR else person(actor_id, locale)


def _what(deed: Deed, locale: str) -> str:
    """What was decided about: a unit, a choice or a setting by its name."""
    words, name = language(locale), deed.what
    if deed.verb is Verb.SETTING:  # a setting and a choice may have one name
        return settings.name(Setting(name), locale) if name in set(Setting) else shown(name)
    if name in set(Unit):
        return words.gettext(UNITS[Unit(name)])
    return words.gettext(CHOICES[Choice(name)]) if name in set(Choice) else shown(name)


def _value(deed: Deed, text: str, locale: str) -> str:
    """What it was or is, from the short text that is kept; a text of another version is shown as it is."""
    words = language(locale)
    try:
        match deed.verb:
            case Verb.SET | Verb.CLEAR:
                return _limit(text, locale) if text else words.gettext("as usual")
            case Verb.GRANT:
                return _gift(text, locale)
            case Verb.PERMIT:
                return shown(text.replace(" ", ", "), 400) if text else words.gettext("all")
            case Verb.LOG:
                return f"<#{int(text)}>" if text else words.gettext("none")
            case Verb.SETTING:
                return settings.chosen(Setting(deed.what), text.split(), locale)
    except ValueError:
        pass
    return shown(text)


def _limit(text: str, locale: str) -> str:
    """ "images:day:20", "micro_usd:month:free", "images:rolling:20:5". Raises `ValueError` for anything else."""
    unit, period, most, *hours = text.split(":")
    lasting = int(hours[0]) if hours else 0
    return limit(Unit(unit), Period(period), None if most == "free" else int(most), lasting, locale)


def _gift(text: str, locale: str) -> str:
    """ "images:5:1763640000". Raises `ValueError` for anything else."""
    if not text:
        return ""
    unit, number, until = text.split(":")
    sentence = language(locale).gettext("{what} until {when}")
    return sentence.format(what=amount(Unit(unit), int(number), locale), when=f"<t:{int(until)}:f>")
