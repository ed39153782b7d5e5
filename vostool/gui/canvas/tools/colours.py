"""Colours for what is part of the object, and for what is not."""

from __future__ import annotations

from PyQt6.QtGui import QColor

POSITIVE, NEGATIVE = QColor(60, 220, 90), QColor(255, 70, 70)
"""Of points and scribbles: part of the object, and not part of it."""
TAKEN_AWAY = QColor(255, 70, 70)
"""Of strokes and outlines that take away from a mask."""
