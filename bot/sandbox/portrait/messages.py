"""Messages below one another, put together from their parts, the way a client groups them."""

from collections.abc import Sequence
from datetime import datetime

from PIL import Image

from bot.sandbox.markup import Run, read
from bot.sandbox.portrait.cards import card
from bot.sandbox.portrait.controls import rows_of
from bot.sandbox.portrait.heads import above, forwarded_mark, heading, only_you, system_line, thread_card
from bot.sandbox.portrait.pictures import attachments, stickers
from bot.sandbox.portrait.prose import prose
from bot.sandbox.portrait.shapes import BRAND, COLUMN, FAINT, LEFT, PRIVATE, RULE, WIDTH, Block, moved, space, stacked
from bot.sandbox.spoken import Spoken

# As in a client, a person who goes on speaking gets no new heading for a while.
GROUPED_S = 420


def conversation(messages: Sequence[Spoken], now: datetime) -> list[Block]:
    """The messages, oldest first; times are told from `now` on."""
    blocks: list[Block] = []
    last: Spoken | None = None
    for said in messages:
        blocks += _message(said, last, now)
        last = said
    return blocks


def _message(said: Spoken, last: Spoken | None, now: datetime) -> list[Block]:
    if said.system:
        return [space(18), moved(system_line(said, said.text), LEFT)]
    grouped = _grouped(said, last)
    parts = [] if said.above is None else [above(said.above)]
    parts += [] if grouped else [heading(said)]
    parts += _content(said, now, COLUMN)
    if said.thread is not None:
        parts.append(thread_card(said.thread))
    if said.private:
        parts.append(only_you())
    return [space(8 if grouped else 24), _placed(stacked(parts), private=said.private)]


def _grouped(said: Spoken, last: Spoken | None) -> bool:
    if last is None or last.system or said.above is not None:
        return False
    near = abs((said.at - last.at).total_seconds()) < GROUPED_S
    return near and (last.author, last.private) == (said.author, said.private)


def _content(said: Spoken, now: datetime, room: int) -> list[Block]:
    parts = [_words(said, now, room)] if said.marked or said.thinking else []
    if said.forwarded is not None:
        parts.append(_forwarded(said.forwarded, now, room))
    parts += attachments(said.files, room)
    parts += [card(embed, said.names, now, room) for embed in said.embeds]
    return parts + stickers(said.stickers) + rows_of(said.rows, room)


def _words(said: Spoken, now: datetime, room: int) -> Block:
    if said.thinking:
        return prose(read(said.text), room, colour=FAINT)
    shown = read(said.marked, said.names, now)
    # Of a link to a picture that is shown below, the client leaves the address away.
    if len(said.embeds) == 1 and said.embeds[0].bare and _only_link([run for line in shown for run in line.runs]):
        return space(0)
    return prose(shown, room)


def _only_link(runs: Sequence[Run]) -> bool:
    return len(runs) == 1 and runs[0].link


def _forwarded(said: Spoken, now: datetime, room: int) -> Block:
    inside = stacked([forwarded_mark(), *_content(said, now, room - 20)])

    def draw(canvas: Image.Image, x: int, y: int) -> None:
        canvas.paste(RULE, (x, y + 2, x + 5, y + inside.height - 2))
        inside.draw(canvas, x + 20, y)

    return Block(inside.height, draw)


def _placed(block: Block, *, private: bool) -> Block:
    """A message beside its avatar; a private one on a ground of its own."""
    padding = 12 if private else 0

    def draw(canvas: Image.Image, _x: int, y: int) -> None:
        if private:
            canvas.paste(PRIVATE, (0, y, WIDTH, y + block.height + 2 * padding))
            canvas.paste(BRAND, (0, y, 4, y + block.height + 2 * padding))
        block.draw(canvas, LEFT, y + padding)

    return Block(block.height + 2 * padding, draw)
