"""One frame on its way to the writers: its masks, decoded once for all formats, and its picture."""

from __future__ import annotations

from dataclasses import dataclass

from vostool.frames import FrameSource, Image
from vostool.io.exports.mask import ExportMask
from vostool.io.exports.plan import ExportPlan


def subset_folder(subset: str) -> str:
    """The folder of a part of a data set, "train/"; "" for the one part of an unsplit one."""
    return f"{subset}/" if subset else ""


class SharedPicture:
    """A frame's picture, decoded when it is first asked for and kept for the other formats."""

    def __init__(self, source: FrameSource, index: int) -> None:
        self._source = source
        self._index = index
        self._pixels: Image | None = None

    def pixels(self) -> Image:
        """RGB uint8 (H, W, 3), read-only.

        Raises:
            SourceError: the frame cannot be decoded.
        """
        if self._pixels is None:
            self._pixels = self._source.frame(self._index)
        return self._pixels


@dataclass(frozen=True)
class ExportFrame:
    """One frame as the writers see it.

    Attributes:
        index: absolute frame number in the source, from 0.
        name: file name without ending, unique in its video.
        file_name: the picture's file name; written or not.
        masks: by ascending object id, only those with pixels.
        plan: the video it belongs to.
        number: from 1, unique in the data set, without gaps.
        position: from 0 among this video's written frames, without gaps.
        subset: the part of a split data set, "" where it is not split.
        picture: what :meth:`image` reads.
    """

    index: int
    name: str
    file_name: str
    masks: tuple[ExportMask, ...]
    plan: ExportPlan
    number: int
    position: int
    subset: str
    picture: SharedPicture

    @property
    def path(self) -> str:
        """``file_name``, below its video's folder where the data set holds several videos."""
        return self.plan.folder + self.file_name

    @property
    def subset_folder(self) -> str:
        """The folder of its part of a split data set, ending in a slash; "" without a split."""
        return subset_folder(self.subset)

    @property
    def front_first(self) -> list[ExportMask]:
        """The masks, the front one first: where masks overlap, the earlier one has the pixel."""
        return sorted(self.masks, key=lambda mask: self.plan.depth[mask.object.id])

    def image(self) -> Image:
        """The picture, RGB uint8 (H, W, 3), read-only; decoded once for all formats.

        Raises:
            SourceError: it cannot be decoded; never for formats that declare ``needs_pictures``.
        """
        return self.picture.pixels()
