"""attachment:// addresses: files that an embed or a component shows, which then leave the list of attachments."""

from collections.abc import Callable, Sequence

from bot.sandbox.discord_api.refusals import Json
from bot.sandbox.discord_api.world import Attachment

SCHEME = "attachment://"

Link = Callable[[Attachment], str]


def named_inside(objects: object) -> set[str]:
    """The file names that embeds or components point at."""
    if isinstance(objects, dict):
        return set().union(*(named_inside(one) for one in objects.values())) if objects else set()
    if isinstance(objects, list | tuple):
        return set().union(*(named_inside(one) for one in objects)) if objects else set()
    return {objects.removeprefix(SCHEME)} if isinstance(objects, str) and objects.startswith(SCHEME) else set()


def with_links(objects: Sequence[Json], attachments: Sequence[Attachment], link: Link) -> list[Json]:
    """The embeds or components with fresh links in place of attachment:// addresses."""
    if not named_inside(objects):
        return list(objects)
    by_name = {one.filename: one for one in attachments}
    return [_linked(one, by_name, link) for one in objects]


def _linked(given: Json, by_name: dict[str, Attachment], link: Link) -> Json:
    written: Json = {}
    for name, value in given.items():
        if isinstance(value, dict):
            written[name] = _linked(value, by_name, link)
        elif isinstance(value, list):
            written[name] = [_linked(one, by_name, link) if isinstance(one, dict) else one for one in value]
        else:
            written[name] = value
    url = given.get("url")
    if isinstance(url, str) and url.startswith(SCHEME) and url.removeprefix(SCHEME) in by_name:
        written |= _media(by_name[url.removeprefix(SCHEME)], link)
    return written


def _media(kept: Attachment, link: Link) -> Json:
    url = link(kept)
    sized = {} if kept.width is None else {"width": kept.width, "height": kept.height}
    return {
        "id": str(kept.id),
        "attachment_id": str(kept.id),
        "url": url,
        "proxy_url": url,
        "content_type": kept.content_type,
        **sized,
    }
