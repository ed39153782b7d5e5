"""The colours in which the canvas tells yes from no."""

from __future__ import annotations

from PyQt6.QtGui import QColor

POSITIVE, NEGATIVE = QColor(60, 220, 90), QColor(255, 70, 70)
"""Part of the object, and not part of it."""
TAKEN_AWAY = QColor(255, 70, 70)
"""What is taken away from a mask."""
