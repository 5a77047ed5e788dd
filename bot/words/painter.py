"""What the page for painting masks says, each sentence under the name by which the page asks for it."""

import re
from datetime import UTC, datetime

from bot.domain.errors import Trouble
from bot.words.amounts import dollars
from bot.words.language import ENGLISH, SPOKEN, language, marked
from bot.words.refusals import say

PAGE = {
    "title": marked("Paint a mask"),
    "intro": marked("Paint over what may change. The rest stays as it is."),
    "loading": marked("Loading the picture…"),
    "tools": marked("Tools"),
    "brush": marked("Brush"),
    "eraser": marked("Eraser"),
    "lasso": marked("Lasso"),
    "rectangle": marked("Rectangle"),
    "fill": marked("Fill"),
    "pan": marked("Move"),
    "size": marked("Brush size"),
    "opacity": marked("How strongly the mask shows"),
    "undo": marked("Undo"),
    "redo": marked("Redo"),
    "invert": marked("Invert"),
    "clear": marked("Clear"),
    "zoom_in": marked("Zoom in"),
    "zoom_out": marked("Zoom out"),
    "zoom_fit": marked("Show all of it"),
    "start_last": marked("Start from the last mask"),
    "start_own": marked("Start from its transparent parts"),
    "canvas": marked(
        "The picture. Arrow keys move the brush, Space paints, Shift with an arrow key moves in larger steps."
    ),
    "keys": marked("Keyboard"),
    # Translators: one line each; the letters are keys and stay as they are.
    "keys_list": marked(
        "B brush\nE eraser\nL lasso\nR rectangle\nG fill\nH move\n[ and ] brush size\nI invert\nCtrl+Z undo\n"
        "Ctrl+Shift+Z redo\n+ and - zoom\n0 show all of it"
    ),
    "prompt": marked("What should change?"),
    "model": marked("Model"),
    "quality": marked("Quality"),
    "result_size": marked("Size"),
    "same_size": marked("the size of your picture"),
    "count": marked("How many results"),
    "usual": marked("as usual"),
    # Translators: of the picture; {share} is a number such as "23 %" or "<1 %".
    "share": marked("{share} will change"),
    # Translators: {price} is an amount such as "$0.05".
    "price": marked("about {price}"),
    "nothing": marked("Nothing is painted yet."),
    "whole": marked("All of it is painted. Leave something as it is, or send the edit without a mask."),
    "send": marked("Send"),
    "sending": marked("Sending…"),
    "sent": marked("Sent. You can go back to Discord and close this page."),
    "asked": marked("This edit is dear, so I ask you in Discord before I start. You can close this page."),
    "back": marked("Open in Discord"),
    "already": marked("This mask was sent already. Press Paint mask in Discord to paint another one."),
    "bad_link": marked(
        "This link does not work any more: it is good for half an hour and for one edit. "
        "Press Paint mask in Discord to get a new one."
    ),
    "offline": marked("The page could not reach me. Your mask is still here; check your connection and try again."),
    "busy": marked("Too many requests at once. Wait a moment and try again."),
    # Translators: {time} is how long, such as "12 min".
    "ends": marked("This link works for {time} more."),
    "position": marked("{x} of {width} across, {y} of {height} down"),
    "no_script": marked("This page needs JavaScript."),
}


def page_words(locale: str) -> dict[str, str]:
    """Everything that the page says, in one of Discord's locales."""
    words = language(locale)
    return {name: words.gettext(message) for name, message in PAGE.items()}


def invitation(url: str, expires_at: int, locale: str) -> str:
    """What a press on Paint mask comes to. The angle brackets keep Discord from opening the link first."""
    sentence = language(locale).gettext(
        "Paint over what may change: <{url}>\nThis link is yours alone, works for one edit and ends <t:{expires_at}:R>."
    )
    return sentence.format(url=url, expires_at=expires_at)


def locale_like(tag: str) -> str:
    """The locale of Discord's that a browser's language tag comes nearest to: "de-AT" is "de", "zh-Hant" is "zh-TW"."""
    parts = tag.replace("_", "-").split("-")
    if tag in SPOKEN:
        return tag
    if parts[0] == "zh":
        return "zh-TW" if {"Hant", "TW", "HK", "MO"} & set(parts) else "zh-CN"
    return next((known for known in SPOKEN if known.partition("-")[0] == parts[0]), ENGLISH)


def price_line(micro_usd: int, locale: str) -> str:
    """ "about $0.05"."""
    return language(locale).gettext("about {price}").format(price=dollars(micro_usd, locale))


def plainly(trouble: Trouble, locale: str) -> str:
    """The sentence of a trouble where no Markdown is understood: moments written out, nothing behind a backslash."""
    said = re.sub(r"<t:(-?\d{1,12})(?::[a-zA-Z])?>", _moment, say(trouble, locale))
    return re.sub(r"\\([^\w\s])", r"\1", said).replace("**", "").replace("\u200b", "")


def _moment(found: "re.Match[str]") -> str:
    return datetime.fromtimestamp(int(found[1]), UTC).strftime("%Y-%m-%d %H:%M UTC")
