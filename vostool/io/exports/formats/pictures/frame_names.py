"""Names of mask files, and the lists that say which part of a split data set they belong to."""

from __future__ import annotations

from typing import IO

from vostool.io.exports.dataset import Dataset
from vostool.io.exports.frame import ExportFrame
from vostool.io.exports.staging import StagedFolder
from vostool.words import tr


class FrameNames:
    """Names of mask files without ending.

    Frames of a video are ``%05d`` by absolute number, as DAVIS names them; frames of an image
    folder keep their names, and a person's pattern counts, unless the readers, which sort by
    name, would then mix the order.
    """

    def __init__(self, dataset: Dataset) -> None:
        self.warnings: list[str] = []
        self._numbered: set[int] = set()
        for plan in dataset.videos:
            if not plan.from_images and not plan.pattern:
                self._numbered.add(plan.number)
                continue
            names = [plan.name(frame) for frame in plan.frames]
            if names != sorted(names):
                self._numbered.add(plan.number)
                where = f"{plan.video}: " if dataset.merged else ""
                what = tr("names after the pattern") if plan.pattern else tr("images' names")
                self.warnings.append(
                    tr(
                        "{where}The {what} do not sort in the order of the frames: the "
                        "mask files are numbered.",
                        where=where,
                        what=what,
                    )
                )

    def of(self, frame: ExportFrame) -> str:
        """The name of one frame."""
        return f"{frame.index:05d}" if frame.plan.number in self._numbered else frame.name


class ImageSets:
    """Lists of what belongs to each part of a split data set; nothing without a split."""

    def __init__(self, dataset: Dataset, folder: StagedFolder) -> None:
        whole = all(len(plan.subsets) == 1 for plan in dataset.videos)
        self._whole_videos = whole
        self._last: tuple[str, str] | None = None
        names = [name for name in dataset.subsets if name]
        place = "ImageSets/2017" if whole else "ImageSets"
        self._files: dict[str, IO[bytes]] = {}
        for name in names:
            self._files[name] = folder.open(f"{place}/{name}.txt")

    def add(self, frame: ExportFrame, name: str) -> None:
        """List the frame, or its video when this is the first of its frames."""
        video = (frame.subset, frame.plan.video)
        if not frame.subset or (self._whole_videos and video == self._last):
            return
        self._last = video
        line = video[1] if self._whole_videos else f"{video[1]}/{name}"
        self._files[frame.subset].write(line.encode() + b"\n")

    def close(self) -> None:
        """Complete the lists; may be called twice."""
        for file in self._files.values():
            file.close()
