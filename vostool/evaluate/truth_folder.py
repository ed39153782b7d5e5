"""One sequence as two folders: pictures, and PNGs of object ids that bear the pictures' names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from vostool.errors import LabelsError
from vostool.evaluate.sequence import VOID, Ids, TruthSequence
from vostool.files import read_bounded
from vostool.frames import FrameSource
from vostool.io.imports.readers.id_picture import id_picture
from vostool.io.video.image_files import image_files
from vostool.io.video.image_folder import ImageFolder, open_image_folder

_VOID_VALUE = 255
_LARGEST = 64 << 20  # bytes of a mask


class TruthFolder:
    """The PNGs of one sequence, looked through once when it is made.

    Args:
        name: of the sequence, for sentences.
        pictures, masks: the two folders.
        frame_count: take only so many frames from the start; None takes all.
        background_void: void is background, as the official DAVIS 2017 evaluator has it in the
            semi-supervised task; else it counts for no object.

    Raises:
        LabelsError: a folder or all masks are missing, or a mask is damaged or of another size.
        SourceError: the pictures cannot be read.
    """

    def __init__(
        self,
        name: str,
        pictures: Path,
        masks: Path,
        frame_count: int | None = None,
        background_void: bool = False,
    ) -> None:
        for folder in (pictures, masks):
            if not folder.is_dir():
                raise LabelsError(f"{name}: there is no folder '{folder}'; check the data set.")
        self.name = name
        self._opened = open_image_folder(pictures)
        info = self._opened.info
        count = info.frame_count if frame_count is None else min(frame_count, info.frame_count)
        self._info = replace(info, frame_count=count)
        self._files = image_files(pictures)[:count]
        self._masks = _matched(self._files, masks)
        if not self._masks:
            raise LabelsError(f"{name}: no mask in '{masks}' bears the name of a picture.")
        self._background_void = background_void
        self._object_255 = False
        self.ids = {frame: self._ids_of(frame) for frame in self._masks}
        if set().union(*self.ids.values()) <= {VOID}:
            # DAVIS 2016 and binary masks: the one object is painted 255.
            self._object_255 = any(self.ids.values())
            self.ids = {f: {_VOID_VALUE} if found else set() for f, found in self.ids.items()}

    @property
    def frame_count(self) -> int:
        """Frames to work on."""
        return self._info.frame_count

    @property
    def annotated(self) -> tuple[int, ...]:
        """Frames that have a mask."""
        return tuple(self._masks)

    def frame_of(self, stem: str) -> int | None:
        """The frame whose picture has this name without ending, or None."""
        stems = (file.stem for file in self._files)
        return next((frame for frame, found in enumerate(stems) if found == stem), None)

    def first_seen(self) -> dict[int, int]:
        """The first annotated frame on which each object is seen, by object id."""
        found: dict[int, int] = {}
        for frame, ids in self.ids.items():
            for object_id in sorted(ids - {VOID}):
                found.setdefault(object_id, frame)
        return dict(sorted(found.items()))

    def open(self) -> FrameSource:
        """A new reader of the frames."""
        return ImageFolder(self._info, self._files)

    def truth(self, frame: int) -> Ids:
        """Ids (H, W) of an annotated frame."""
        ids = self._read(frame)
        if self._object_255:
            return np.where(ids == VOID, np.int32(_VOID_VALUE), ids)
        return np.where(ids == VOID, np.int32(0), ids) if self._background_void else ids

    def sequence(self, given: Mapping[int, int], warnings: list[str]) -> TruthSequence:
        """The sequence, with the objects to follow and the frames on which they are given."""
        blank = self.frame_count - len(self._masks)
        if blank:
            text = f"{blank} of {self.frame_count} frames have no ground truth and do not count"
            warnings = [*warnings, f"{self.name}: {text}."]
        return TruthSequence(
            self.name, self.frame_count, self.annotated, given, self.open, self.truth,
            tuple(warnings),
        )  # fmt: skip

    def _ids_of(self, frame: int) -> set[int]:
        return {int(value) for value in np.unique(self._read(frame)) if value != 0}

    def _read(self, frame: int) -> Ids:
        """Ids as they are, an 8-bit 255 as void."""
        path = self._masks[frame]
        try:
            data = read_bounded(path, _LARGEST)
            found, may_be_void = id_picture(data, self._info.width, self._info.height)
        except (OSError, ValueError) as error:
            reason = (error.strerror or error) if isinstance(error, OSError) else error
            raise LabelsError(
                f"{self.name}: the mask '{path.name}' cannot be used: {reason}; "
                "repair it or take it out."
            ) from error
        ids = found.astype(np.int32)
        if may_be_void:
            ids[ids == _VOID_VALUE] = VOID
        return ids


def _matched(files: list[Path], masks: Path) -> dict[int, Path]:
    """The mask of each frame that has one."""
    frames = {file.stem: frame for frame, file in enumerate(files)}
    found = {frames[path.stem]: path for path in masks.glob("*.png") if path.stem in frames}
    return dict(sorted(found.items()))
