"""Conversations as pictures, drawn as a chat client would show them, so that a page of documentation can show one."""

from bot.sandbox.portrait.sections import Form, Section, Talk, Typed, composed, portrait
from bot.sandbox.portrait.shapes import WIDTH

__all__ = ["WIDTH", "Form", "Section", "Talk", "Typed", "composed", "portrait"]
