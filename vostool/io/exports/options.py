"""What a person chooses for an export, the same for every format."""

from __future__ import annotations

import enum
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from vostool.errors import UsageError
from vostool.io.options import OptionValue
from vostool.words import tr


class FrameChoice(enum.Enum):
    """Which frames of the range are written.

    LABELLED: every frame with at least one mask record of a chosen object; a record that says
    "absent" counts, and gives a frame without shapes.
    ALL: every frame; those without labels come out like frames without objects.
    PROMPTED: frames with a prompt for a chosen object.
    CONFIRMED: frames whose masks of the chosen objects are all confirmed.
    """

    LABELLED = "labelled"
    ALL = "all"
    PROMPTED = "prompted"
    CONFIRMED = "confirmed"


class ImageFiles(enum.Enum):
    """Whether the pictures are written beside the labels, and how."""

    NONE = "none"
    JPEG = "jpeg"
    PNG = "png"


class SplitBy(enum.Enum):
    """What a data set is cut into parts by.

    NONE: it is not cut.
    VIDEO: whole videos, in the order given.
    TIME: the frames of each video, the earliest for training.
    """

    NONE = "none"
    VIDEO = "video"
    TIME = "time"


@dataclass(frozen=True, slots=True)
class Split:
    """Parts for training, validation and testing.

    Attributes:
        by: what is cut.
        train, val, test: shares of any unit, such as 0.8, 0.1 and 0.1 or 80, 10 and 10; a part
            whose share is 0 is not made.
    """

    by: SplitBy = SplitBy.NONE
    train: float = 0.8
    val: float = 0.1
    test: float = 0.1

    def __post_init__(self) -> None:
        if not all(0 <= share < float("inf") for share in (self.train, self.val, self.test)):
            raise UsageError(tr("The shares of a split must be 0 or more."))
        if self.by is not SplitBy.NONE and len(self.shares()) < 2:
            raise UsageError(tr("A split needs at least two parts with a share above 0."))

    def shares(self) -> dict[str, float]:
        """Shares above 0 by the part's name; they add up to 1."""
        given = {"train": self.train, "val": self.val, "test": self.test}
        total = sum(given.values())
        return {name: share / total for name, share in given.items() if share > 0}


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """What to write; the same for all formats of one export but for ``format_options``.

    Attributes:
        first, last: the range of frames, inclusive; ``last`` None is the source's last frame.
        every: take each n-th frame, counted from ``first``.
        frames: which frames of these.
        object_ids: chosen objects by their ids in the project, None for all. Visibility on the
            canvas is not looked at.
        labels: chosen labels, None for all; an object must be chosen by both.
        min_area: masks with fewer pixels than this are left out, as if the object were absent.
        fill_holes: holes of up to this many pixels are filled; 0 fills none.
        drop_specks: parts with fewer pixels than this are dropped; 0 drops none.
        polygon_tolerance: the largest distance in pixels of a polygon from the mask's outline, in
            every format that writes polygons; 0 is the exact outline.
        split: parts for training, validation and testing.
        pattern: file name of a frame without ending, with ``{video}``, ``{frame}`` (the absolute
            number, ``{frame:06d}`` with six digits) and ``{name}`` (the frame's own name); "" for
            what each format names frames by itself.
        images: whether pictures are written too.
        jpeg_quality: 1..100, for ``ImageFiles.JPEG``.
        overwrite: replace an earlier export at the same place.
        format_options: values by format name and option name, see
            :attr:`~vostool.io.exports.format.ExportFormat.options`.

    Raises:
        UsageError: a value that makes no sense.
    """

    first: int = 0
    last: int | None = None
    every: int = 1
    frames: FrameChoice = FrameChoice.LABELLED
    object_ids: Collection[int] | None = None
    labels: Collection[str] | None = None
    min_area: int = 0
    fill_holes: int = 0
    drop_specks: int = 0
    polygon_tolerance: float = 0.0
    split: Split = Split()
    pattern: str = ""
    images: ImageFiles = ImageFiles.NONE
    jpeg_quality: int = 95
    overwrite: bool = False
    format_options: Mapping[str, Mapping[str, OptionValue]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.every < 1:
            raise UsageError(
                tr("Every {every}-th frame makes no sense; give 1 or more.", every=self.every)
            )
        if not 1 <= self.jpeg_quality <= 100:
            raise UsageError(
                tr(
                    "The JPEG quality is {jpeg_quality}, but must be 1 to 100.",
                    jpeg_quality=self.jpeg_quality,
                )
            )
        for name, value in (
            (tr("smallest area"), self.min_area),
            (tr("size of holes to fill"), self.fill_holes),
            (tr("size of specks to drop"), self.drop_specks),
            (tr("polygon tolerance"), self.polygon_tolerance),
        ):
            if not 0 <= value < float("inf"):
                raise UsageError(
                    tr(
                        "The {name} is {value} pixels, but must be 0 or more.",
                        name=name,
                        value=value,
                    )
                )
        check_pattern(self.pattern)


def check_pattern(pattern: str) -> None:
    """Refuse a file name pattern that gives no names, or the same name twice.

    Raises:
        UsageError: one sentence.
    """
    if not pattern:
        return
    known = tr("{video}, {frame:06d} and {name}")
    try:
        names = [named(pattern, "clip", frame, f"image{frame}") for frame in (1, 2)]
    except (KeyError, IndexError, ValueError, AttributeError, TypeError):
        raise UsageError(
            tr(
                "The file name pattern {pattern!r} cannot be read; it may hold {known}.",
                pattern=pattern,
                known=known,
            )
        ) from None
    if names[0] == names[1]:
        raise UsageError(
            tr(
                "The file name pattern {pattern!r} gives every frame one name; add {{frame:06d}}.",
                pattern=pattern,
            )
        )
    if any(character in name for name in names for character in '/\\<>:"|?*\0\n'):
        raise UsageError(
            tr(
                "The file name pattern {pattern!r} holds a character that file names cannot have.",
                pattern=pattern,
            )
        )


def named(pattern: str, video: str, frame: int, name: str) -> str:
    """The pattern filled in."""
    return pattern.format(video=video, frame=frame, name=name)
