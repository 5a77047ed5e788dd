"""Foreign text made fit to be shown: file names, prompts and the like can neither ping, link, format nor mislead.

Discord's Markdown shows a punctuation mark behind a backslash as itself, so whatever would start something is given
one. Marks that start nothing where they stand, as in "sky-mask.png", are left alone.
"""

import re

# Direction marks can make "gnp.exe" of a name; zero-width ones hide things; halves of characters cannot be sent.
INVISIBLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
)
SURROGATES = re.compile("[\ud800-\udfff]")
BREAK = "\u200b"

NAME_CHARACTERS = 60
PROMPT_CHARACTERS = 400
PROMPT_LINES = 8
THREAD_NAME_CHARACTERS = 100


def plain(text: str) -> str:
    """The text on one line, without characters that cannot be seen."""
    one_line = re.sub(r"\s+", " ", text)
    visible = SURROGATES.sub("\ufffd", INVISIBLE.sub("", one_line))
    return re.sub(r" +", " ", visible).strip()


def cut(text: str, limit: int) -> str:
    """At most so many characters, the last an ellipsis where something is missing."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def escape(text: str) -> str:
    """The text as it is, seen through Discord's Markdown; nothing in it is a mention, a link or a heading any more."""
    text = re.sub(r"([\\*~|`<>\[\]#/])", r"\\\1", text)
    text = re.sub(r"(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])", r"\\_", text)
    text = re.sub(r"(?m)^(\s*)([-+])(?=\s|\\)", r"\1\\\2", text)
    text = re.sub(r"(?m)^(\s*[0-9]+)\.(?=\s)", r"\1\\.", text)
    return text.replace("@", "@" + BREAK)


def shown(text: str, limit: int = NAME_CHARACTERS) -> str:
    """A name inside a sentence: one line, cut, escaped."""
    return escape(cut(plain(text), limit))


def quoted(prompt: str, limit: int = PROMPT_CHARACTERS) -> str:
    """A prompt to be read, for an embed: its lines are kept, the rest is as in `shown`."""
    lines = [plain(line) for line in prompt.splitlines()]
    kept = "\n".join([line for line in lines if line][:PROMPT_LINES])
    return escape(cut(kept, limit))


def thread_name(prompt: str) -> str:
    """The prompt as the name of a thread: 1 to 100 characters. Names know no Markdown, so nothing is escaped."""
    return cut(plain(prompt), THREAD_NAME_CHARACTERS) or "…"
