"""What an export format is: its entry in the registry and its writer.

The menu, the dialog, the command line and the docs read these values; a format's module only
declares one :class:`ExportFormat` and a writer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from vostool.io.options import OptionSpec, OptionValue, option_values

if TYPE_CHECKING:
    from vostool.io.exports.dataset import Dataset
    from vostool.io.exports.frame import ExportFrame
    from vostool.io.exports.staging import StagedFolder


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
        frame_values: each shape carries the values that its object's attributes have on its frame.
        family: "labels" for annotations, "rendered" for pictures and videos to look at; picture
            files are written for the former only.
        needs_pictures: the writer asks for :meth:`ExportFrame.image`, so that every frame is
            decoded before it is written and one that cannot be decoded is left out.
        open: makes a writer from data set, folder and this format's option values; may raise
            :class:`~vostool.errors.ExportError` where the format cannot hold the project.
        origin: the plug-in that brings it, for sentences; "" for the program's own.
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
    frame_values: bool = False
    family: Literal["labels", "rendered"] = "labels"
    needs_pictures: bool = False
    origin: str = ""

    def values(self, given: Mapping[str, OptionValue]) -> dict[str, OptionValue]:
        """All option values: the given ones checked, the others by default.

        Raises:
            UsageError: an unknown option or a value that it does not take.
        """
        return option_values(self.name, self.options, given)
