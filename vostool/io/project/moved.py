"""Whether a project file that is open was renamed, moved or deleted, and where it is now."""

from __future__ import annotations

import os
from pathlib import Path

from vostool.words import tr

Identity = tuple[int, int]
"""Device and inode: what a file keeps when it gets another name."""

_OPEN_FILES = Path("/proc/self/fd")
_DELETED = " (deleted)"


def identity_of(path: Path) -> Identity | None:
    """The file's identity; None where nothing is there."""
    try:
        facts = os.stat(path)
    except OSError:
        return None
    return facts.st_dev, facts.st_ino


def moved_sentence(path: Path, identity: Identity | None) -> str | None:
    """What happened to the file that was opened, in one sentence; None where it is where it was."""
    if identity is None or identity_of(path) == identity:
        return None
    save = tr("save it under a name with Save as (Ctrl+Shift+S)")
    now = _place_now(identity)
    if now is not None:
        return tr(
            "The project '{path}' was renamed or moved to '{now}' while it "
            "was open; {save} to go on, or open it there.",
            path=path,
            now=now,
            save=save,
        )
    return tr(
        "The project '{path}' was deleted, moved or replaced while it "
        "was open; {save} to keep what you did.",
        path=path,
        save=save,
    )


def _place_now(identity: Identity) -> Path | None:
    """By the open file itself, without opening it again, which would give up SQLite's lock."""
    try:
        names = list(_OPEN_FILES.iterdir())
    except OSError:  # no such folder on this system
        return None
    for name in names:
        try:
            facts, target = os.stat(name), os.readlink(name)
        except OSError:
            continue
        if (facts.st_dev, facts.st_ino) == identity and not target.endswith(_DELETED):
            return Path(target)
    return None
