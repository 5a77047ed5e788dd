"""What embeds and components show: files under attachment://, which leave the list of attachments, and foreign ones."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bot.sandbox.discord_api.refusals import Json
from bot.sandbox.discord_api.world import Attachment

SCHEME = "attachment://"

# The parts that show a picture; an address anywhere else is only a link.
SHOWING = ("image", "thumbnail", "media", "file")

Link = Callable[[Attachment], str]
Proxy = Callable[[str], Json | None]


def named_inside(objects: object) -> set[str]:
    """The file names that embeds or components point at."""
    if isinstance(objects, dict):
        return set().union(*(named_inside(one) for one in objects.values())) if objects else set()
    if isinstance(objects, list | tuple):
        return set().union(*(named_inside(one) for one in objects)) if objects else set()
    return {objects.removeprefix(SCHEME)} if isinstance(objects, str) and objects.startswith(SCHEME) else set()


def with_links(
    objects: Sequence[Json], attachments: Sequence[Attachment], link: Link, proxy: Proxy = lambda _: None
) -> list[Json]:
    """The embeds or components with fresh links to their files, and to Discord's copies of foreign pictures."""
    linking = _Linking({one.filename: one for one in attachments}, link, proxy)
    return [linking.of(one) for one in objects]


@dataclass(frozen=True, slots=True)
class _Linking:
    by_name: Mapping[str, Attachment]
    link: Link
    proxy: Proxy

    def of(self, given: Json, *, shows: bool = False) -> Json:
        written: Json = {}
        for name, value in given.items():
            if isinstance(value, dict):
                written[name] = self.of(value, shows=name in SHOWING)
            elif isinstance(value, list):
                written[name] = [self.of(one) if isinstance(one, dict) else one for one in value]
            else:
                written[name] = value
        url = given.get("url")
        return written | self._shown(url) if shows and isinstance(url, str) else written

    def _shown(self, url: str) -> Json:
        kept = self.by_name.get(url.removeprefix(SCHEME)) if url.startswith(SCHEME) else None
        return (self.proxy(url) or {}) if kept is None else _media(kept, self.link)


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
