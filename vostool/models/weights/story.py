"""What a checkpoint was trained on, kept in the checkpoint itself; loads no torch.

A checkpoint is a zip. The story is one more member of it, ``vostool.json``, which PyTorch and the
makers' own code pass over: tensors and their names stay as those have them.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from vostool.files import is_special

MEMBER = "vostool.json"
_LARGEST = 16 << 20  # bytes of a story; thousands of videos fit

Story = Mapping[str, Any]
"""JSON. Of a fine-tuned checkpoint: see :func:`vostool.training.story.story_of`."""


def add_story(path: Path, story: Story) -> None:
    """Put the story into a checkpoint that has none.

    Raises:
        OSError: it cannot be written.
    """
    with zipfile.ZipFile(path, "a", zipfile.ZIP_STORED) as archive:
        root = archive.namelist()[0].split("/")[0]
        archive.writestr(f"{root}/{MEMBER}", json.dumps(story, ensure_ascii=False, indent=1))


def read_story(path: Path) -> Story | None:
    """The story that a file tells; None for every other file, whatever it is."""
    try:
        if is_special(path):
            return None
        facts = path.stat()
        return _read(path, facts.st_mtime_ns, facts.st_size)
    except (OSError, ValueError):
        return None


@lru_cache(maxsize=64)
def _read(path: Path, _changed: int, _size: int) -> Story | None:
    """Once for each state of a file: the list of engines asks often."""
    try:
        with zipfile.ZipFile(path) as archive:
            found = [info for info in archive.infolist() if info.filename.endswith(f"/{MEMBER}")]
            if len(found) != 1 or found[0].file_size > _LARGEST:
                return None
            value = json.loads(archive.read(found[0]))
    except (OSError, ValueError, KeyError, RuntimeError, NotImplementedError, zipfile.BadZipFile):
        return None
    return value if isinstance(value, dict) else None
