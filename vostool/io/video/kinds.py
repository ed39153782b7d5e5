"""Kinds of sources that are a folder with a marker file, such as the frames of a CVAT job.

The reader of a kind makes a :class:`FolderKind`, and `vostool/io/__init__.py` registers it. So the
code that opens sources imports none of these readers.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from vostool.frames import FrameSource, SourceKind
from vostool.project.project import Project


@dataclass(frozen=True)
class FolderKind:
    """One kind.

    Attributes:
        name: as :class:`~vostool.frames.SourceInfo` has it.
        marker: name of the file by which such a folder is known.
        open: opens a folder that has the marker.
        fingerprint: size and hash of one, as :func:`~vostool.io.video.fingerprint.fingerprint`
            gives them; None where the marker says nothing.
        locate: where the folder of a project of this kind lies; None where the project does not
            say.
    """

    name: SourceKind
    marker: str
    open: Callable[[Path], FrameSource]
    fingerprint: Callable[[Path], tuple[int, str] | None]
    locate: Callable[[Project], Path | None]


_kinds: dict[SourceKind, FolderKind] = {}


def register(kind: FolderKind) -> None:
    """Let folders of this kind be opened; a second one of the same name takes its place."""
    _kinds[kind.name] = kind


def kind_of_folder(folder: Path) -> FolderKind | None:
    """The kind by its marker, or None for any other place."""
    return next((k for k in _kinds.values() if os.path.isfile(folder / k.marker)), None)


def kind_named(name: SourceKind) -> FolderKind | None:
    """The kind of that name, or None for videos and folders of images."""
    return _kinds.get(name)
