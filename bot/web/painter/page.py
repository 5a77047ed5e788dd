"""The page's own files, read once, and the headers that every answer has."""

from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

FOLDER = Path(__file__).with_name("static")
KINDS = {".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "img-src 'self' blob:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "Server": "darkroom",
}
UNKEPT, ASKED_AGAIN = "no-store", "no-cache"


@dataclass(frozen=True, slots=True)
class PageFile:
    """One file of the page."""

    body: bytes
    content_type: str

    def answer(self) -> web.Response:
        """The file; a browser asks again each time, for it is small and may be of another version."""
        return web.Response(
            body=self.body, content_type=self.content_type, charset="utf-8", headers={"Cache-Control": ASKED_AGAIN}
        )


def page_files() -> dict[str, PageFile]:
    """Every file of the page by its name. For a thread."""
    return {path.name: PageFile(path.read_bytes(), KINDS[path.suffix]) for path in sorted(FOLDER.iterdir())}


async def dress(_: web.Request, response: web.StreamResponse) -> None:
    """Give an answer the headers that all of them have; nothing is kept unless it says so itself."""
    response.headers.update(HEADERS)
    response.headers.setdefault("Cache-Control", UNKEPT)
