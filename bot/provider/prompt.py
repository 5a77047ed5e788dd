"""What of a prompt a server would take as orders to itself, taken out of it."""

import re
from functools import cache


@cache
def _tags(name: str) -> re.Pattern[str]:
    return re.compile(rf"<(/?){re.escape(name)}>", re.IGNORECASE)


def without_tag(prompt: str, name: str) -> str:
    """The prompt without that tag and what stands in it: in any case, nested, never closed or never opened.

    A blank takes its place, so that what stood before and after cannot become a tag together.
    """
    kept, depth, position = [], 0, 0
    for tag in _tags(name).finditer(prompt):
        if depth == 0:
            kept.append(prompt[position : tag.start()])
        depth = max(0, depth - 1) if tag[1] else depth + 1
        position = tag.end()
    if depth == 0:
        kept.append(prompt[position:])
    return prompt if len(kept) == 1 and depth == 0 else " ".join(kept).strip()
