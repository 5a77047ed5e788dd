"""The page where a mask is painted: fixed routes, no cookies, and nothing that a link without its signature can do."""

from bot.web.painter.door import PainterDoor

__all__ = ["PainterDoor"]
