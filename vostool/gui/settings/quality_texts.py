"""How the engines' qualities are called in menus and settings."""

from __future__ import annotations

QUALITY_TEXTS = {
    "auto": "Best: nearest prompted frames",
    "exact": "Exact: the official predictor, all prompted frames",
    "fast": "Fast: coarser memory, nearest prompted frames",
    "draft": "Draft: fast on 512 pixels",
}
