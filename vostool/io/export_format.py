"""What an export format is, and the options of an export.

The menu, the dialog, the command line and the docs read these values; a format's module only
declares one :class:`ExportFormat` and a writer.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from vostool.errors import UsageError

if TYPE_CHECKING:
    from vostool.io.export_plan import ExportFrame, ExportPlan
    from vostool.io.staging import StagedFolder

OptionValue = str | int | float | bool


class FrameChoice(enum.Enum):
    """Which frames of the range are written.

    LABELLED: every frame with at least one mask record of a chosen object; a record that says
    "absent" counts, and gives a frame without shapes.
    ALL: every frame; those nobody labelled come out like frames without objects.
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


@dataclass(frozen=True, slots=True)
class OptionSpec:
    """One option of one format.

    Attributes:
        name: as typed on the command line, "segmentation".
        title: for people.
        default: its type is the option's type.
        choices: the allowed values, or empty where any value of the type is.
        minimum: smallest number allowed, for numbers.
    """

    name: str
    title: str
    default: OptionValue
    choices: tuple[OptionValue, ...] = ()
    minimum: float = 0.0

    def check(self, value: OptionValue) -> OptionValue:
        """The value in the option's type; text is converted.

        Raises:
            UsageError: it is not one of the choices or not of the type.
        """
        try:
            converted = self._convert(value)
        except ValueError:
            kind = "yes or no" if isinstance(self.default, bool) else "a number"
            raise UsageError(f"{self.name} takes {kind}, not {value!r}.") from None
        if self.choices and converted not in self.choices:
            allowed = ", ".join(str(c) for c in self.choices)
            raise UsageError(f"{self.name} is {value!r}, but must be one of {allowed}.")
        if not isinstance(converted, str) and not converted >= self.minimum:
            raise UsageError(f"{self.name} is {value!r}, but must be at least {self.minimum:g}.")
        return converted

    def _convert(self, value: OptionValue) -> OptionValue:
        if isinstance(self.default, bool):
            words = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
            if str(value).lower() not in words:
                raise ValueError(value)
            return words[str(value).lower()]
        return type(self.default)(value)


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """What to write; the same for all formats of one export but for ``format_options``.

    Attributes:
        first, last: the range of frames, inclusive; ``last`` None is the source's last frame.
        every: take each n-th frame, counted from ``first``.
        frames: which frames of these.
        object_ids: chosen objects, None for all. Visibility on the canvas is not looked at.
        images: whether pictures are written too.
        jpeg_quality: 1..100, for ``ImageFiles.JPEG``.
        overwrite: replace an earlier export at the same place.
        format_options: values by format name and option name, see :attr:`ExportFormat.options`.
    """

    first: int = 0
    last: int | None = None
    every: int = 1
    frames: FrameChoice = FrameChoice.LABELLED
    object_ids: Collection[int] | None = None
    images: ImageFiles = ImageFiles.NONE
    jpeg_quality: int = 95
    overwrite: bool = False
    format_options: Mapping[str, Mapping[str, OptionValue]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.every < 1:
            raise UsageError(f"Every {self.every}-th frame makes no sense; give 1 or more.")
        if not 1 <= self.jpeg_quality <= 100:
            raise UsageError(f"The JPEG quality is {self.jpeg_quality}, but must be 1 to 100.")


class FormatWriter(Protocol):
    """Writes one format; frames come in ascending order, each exactly once."""

    def write(self, frame: ExportFrame) -> None:
        """Write what one frame holds."""
        ...

    def picture_path(self, frame: ExportFrame) -> str:
        """Where the frame's picture file belongs, relative to the folder."""
        ...

    def finish(self) -> list[str]:
        """Complete the files, close them and return the warnings for the report."""
        ...

    def close(self) -> None:
        """Close files that are open still, after an error or a cancel; may be called twice."""
        ...


OpenWriter = Callable[
    ["ExportPlan", "StagedFolder", Mapping[str, OptionValue]],
    FormatWriter,
]


@dataclass(frozen=True, slots=True)
class ExportFormat:
    """One entry of the registry.

    Attributes:
        name: as typed on the command line; also the name of its folder in the destination.
        title: for menus.
        main: what a person opens or uploads, relative to the folder; ``{video}`` is the video's
            name.
        suffix: ending of the label files.
        keeps, loses: short phrases on what survives and what does not.
        options: options of this format alone.
        open: makes a writer from plan, folder and this format's option values; may raise
            :class:`~vostool.errors.ExportError` where the format cannot hold the project.
    """

    name: str
    title: str
    main: str
    suffix: str
    keeps: tuple[str, ...]
    loses: tuple[str, ...]
    open: OpenWriter
    options: tuple[OptionSpec, ...] = ()

    def values(self, given: Mapping[str, OptionValue]) -> dict[str, OptionValue]:
        """All option values: the given ones checked, the others by default.

        Raises:
            UsageError: an unknown option or a value that it does not take.
        """
        specs = {spec.name: spec for spec in self.options}
        for name in given:
            if name not in specs:
                known = ", ".join(specs) or "none"
                raise UsageError(f"{self.name} has no option {name!r}; its options: {known}.")
        return {name: spec.check(given.get(name, spec.default)) for name, spec in specs.items()}
