"""Which of the files that are dropped together are videos, projects, images or labels."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from vostool.io.video.image_files import IMAGE_SUFFIXES

LABEL_ENDINGS = frozenset({".xml", ".json", ".zip", ".txt", ".yaml", ".yml"})
"""Files that are no video and no project, so that dropping one means to import it."""


@dataclass(frozen=True)
class Dropped:
    """What was dropped: videos, projects and folders; files of labels."""

    sources: tuple[Path, ...]
    labels: tuple[Path, ...]


def sorted_out(paths: Iterable[Path]) -> Dropped:
    """Each once; several images of one folder are that folder."""
    given = list(dict.fromkeys(paths))
    labels = [path for path in given if path.suffix.lower() in LABEL_ENDINGS and path.is_file()]
    images = [path for path in given if path.suffix.lower() in IMAGE_SUFFIXES and path.is_file()]
    sources: dict[Path, None] = {}
    for path in given:
        if path in labels:
            continue
        beside = [image for image in images if image.parent == path.parent]
        sources[path.parent if path in images and len(beside) > 1 else path] = None
    return Dropped(tuple(sources), tuple(labels))
