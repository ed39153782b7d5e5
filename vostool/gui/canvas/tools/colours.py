"""Colours for what is part of the object, and for what is not."""

from __future__ import annotations

from PyQt6.QtGui import QColor

from vostool.gui.look.tokens import Over

POSITIVE, NEGATIVE = QColor(*Over.POSITIVE), QColor(*Over.NEGATIVE)
"""Of points and scribbles: part of the object, and not part of it."""
TAKEN_AWAY = QColor(*Over.NEGATIVE)
"""Of strokes and outlines that take away from a mask."""
