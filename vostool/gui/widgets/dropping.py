"""What a person drops on a window."""

from __future__ import annotations

from pathlib import Path

from PyQt6.QtCore import QMimeData


def dropped_paths(data: QMimeData | None) -> list[Path]:
    """The local files and folders of a drop, in its order."""
    urls = data.urls() if data is not None else []
    return [Path(url.toLocalFile()) for url in urls if url.isLocalFile()]
