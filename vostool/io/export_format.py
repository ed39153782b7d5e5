"""What an export format is: its entry in the registry and its writer.

The menu, the dialog, the command line and the docs read these values; a format's module only
declares one :class:`ExportFormat` and a writer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from vostool.errors import UsageError
from vostool.io.export_options import OptionValue

if TYPE_CHECKING:
    from vostool.io.dataset import Dataset
    from vostool.io.export_frame import ExportFrame
    from vostool.io.staging import StagedFolder

__all__ = [
    "ExportFormat",
    "FormatWriter",
    "OpenWriter",
    "OptionSpec",
    "OptionValue",
    "option_values",
]


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


def option_values(
    name: str, options: Sequence[OptionSpec], given: Mapping[str, OptionValue]
) -> dict[str, OptionValue]:
    """All values of a format's options: the given ones checked, the others by default.

    Raises:
        UsageError: an unknown option or a value that it does not take.
    """
    specs = {spec.name: spec for spec in options}
    for wanted in given:
        if wanted not in specs:
            known = ", ".join(specs) or "none"
            raise UsageError(f"{name} has no option {wanted!r}; its options: {known}.")
    return {key: spec.check(given.get(key, spec.default)) for key, spec in specs.items()}


class FormatWriter(Protocol):
    """Writes one format; frames come video by video, ascending, each exactly once."""

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
    ["Dataset", "StagedFolder", Mapping[str, OptionValue]],
    FormatWriter,
]


@dataclass(frozen=True, slots=True)
class ExportFormat:
    """One entry of the registry.

    Attributes:
        name: as typed on the command line; also the name of its folder in the destination.
        title: for menus.
        main: what a person opens or uploads, relative to the folder; ``{video}`` is the video's
            name. Of a data set of several videos it is what lies above ``{video}``, and where a
            split makes other files of it, the folder that they lie in.
        suffix: ending of the label files.
        keeps, loses: short phrases on what survives and what does not.
        options: options of this format alone.
        overlaps: masks of one frame may overlap; where not, the writer keeps one and warns.
        lossless: the masks come back pixel for pixel, with the options as they are by default.
        family: "labels" for annotations, "rendered" for pictures and videos to look at; picture
            files are written for the former only.
        needs_pictures: the writer asks for :meth:`ExportFrame.image`, so that every frame is
            decoded before it is written and one that cannot be decoded is left out.
        open: makes a writer from data set, folder and this format's option values; may raise
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
    overlaps: bool = True
    lossless: bool = True
    family: Literal["labels", "rendered"] = "labels"
    needs_pictures: bool = False

    def values(self, given: Mapping[str, OptionValue]) -> dict[str, OptionValue]:
        """All option values: the given ones checked, the others by default.

        Raises:
            UsageError: an unknown option or a value that it does not take.
        """
        return option_values(self.name, self.options, given)
