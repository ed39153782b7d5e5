"""Labels with HTML of our own, the one exception from plain text everywhere."""

from __future__ import annotations

from html import escape

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QLabel


class Strong(str):
    """A line that :func:`bold` shows in bold."""


def bold(label: QLabel, strong: str, rest: str = "", *more: str) -> None:
    """Show a text with its beginning in bold, and further lines; no HTML in them counts."""
    label.setTextFormat(Qt.TextFormat.RichText)
    lines = [f"<b>{escape(strong)}</b>{escape(rest)}", *map(_line, more)]
    label.setText("<br>".join(lines))


def plain(label: QLabel, text: str) -> None:
    """Show a text as it is, in a label that may have shown HTML before."""
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setText(text)


def _line(text: str) -> str:
    return f"<b>{escape(text)}</b>" if isinstance(text, Strong) else escape(text)
