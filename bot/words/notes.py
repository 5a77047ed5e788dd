"""Remarks about a member's files and allowances, so that nothing is decided silently."""

from collections.abc import Mapping

from bot.words.amounts import dollars, dollars_left
from bot.words.escape import shown
from bot.words.language import language, marked
from bot.words.numerals import number

Fields = Mapping[str, int | str]

# How a mask says what may change, by the name of its form.
FORMS = {
    "alpha": marked("what is transparent"),
    "black_and_white": marked("white on black"),
    "grey": marked("what is bright"),
    "scribble": marked("what is scribbled over"),
    "hole": marked("what is erased"),
}


def percent(share: int, locale: str) -> str:
    """ "23 %" of a share in thousandths; something is never shown as nothing, nor less than all as everything."""
    if share < 10:
        return language(locale).gettext("under 1 %")
    return language(locale).gettext("{n} %").format(n=min(99, (share + 5) // 10))


def mask_note(filename: str, share: int | None, locale: str) -> str:
    """ "mask: sky-mask.png, 23 % will change"; without the share where nobody has read the mask yet."""
    words = language(locale)
    if share is None:
        return words.gettext("mask: {name}").format(name=shown(filename))
    sentence = words.gettext("mask: {name}, {percent} will change")
    return sentence.format(name=shown(filename), percent=percent(share, locale))


def mask_read_note(filename: str, fields: Fields, locale: str) -> str:
    """ "sky-mask.png is the mask (white on black): 23 % will change"."""
    words = language(locale)
    form = words.gettext(FORMS[str(fields["form"])])
    sentence = words.gettext("{name} is the mask ({form}): {percent} will change")
    return sentence.format(name=shown(filename), form=form, percent=percent(int(fields["share"]), locale))


def first_frame_note(filename: str, _: Fields, locale: str) -> str:
    """ "cat.gif: only the first frame is used"."""
    return language(locale).gettext("{name}: only the first frame is used").format(name=shown(filename))


def first_page_note(filename: str, _: Fields, locale: str) -> str:
    """ "scan.tiff: only the first page is used"."""
    return language(locale).gettext("{name}: only the first page is used").format(name=shown(filename))


def scaled_note(filename: str, fields: Fields, locale: str) -> str:
    """ "cat.png is scaled down to 2048x1536: the model takes no more pixels"."""
    sentence = language(locale).gettext("{name} is scaled down to {size}: the model takes no more pixels")
    return sentence.format(name=shown(filename), size=fields["size"])


def padded_note(filename: str, _: Fields, locale: str) -> str:
    """ "cat.png is not square: it is sent with transparent borders"."""
    sentence = language(locale).gettext("{name} is not square: it is sent with transparent borders")
    return sentence.format(name=shown(filename))


def small_note(filename: str, fields: Fields, locale: str) -> str:
    """ "cat.png is only 120x90: the result may be poor"."""
    sentence = language(locale).gettext("{name} is only {size}: the result may be poor")
    return sentence.format(name=shown(filename), size=fields["size"])


def nearly_spent_note(_: str, fields: Fields, locale: str) -> str:
    """ "Nearly used up: 3 of 20 pictures are left to you, more from …"."""
    words, left, limit = language(locale), int(fields["left"]), int(fields["limit"])
    if fields["unit"] == "micro_usd":
        said = words.gettext("Nearly used up: {left} of {limit} is left to you, more from {when}")
        shown_left, shown_limit = dollars_left(left, locale), dollars(limit, locale)
    else:
        said = words.gettext("Nearly used up: {left} of {limit} pictures are left to you, more from {when}")
        shown_left, shown_limit = number(max(0, left), locale), number(limit, locale)
    return said.format(left=shown_left, limit=shown_limit, when=f"<t:{fields['resets_at']}:R>")
