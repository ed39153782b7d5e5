"""What MOT and MOTS share: the folders of sequences, ``seqinfo.ini`` and frame numbers.

A sequence is ``<name>/gt/gt.txt``, ``<name>/img1/000001.jpg`` and ``<name>/seqinfo.ini``; frames
count from 1. Layout: motchallenge.net, "Instructions".
"""

from __future__ import annotations

import configparser
import io
from dataclasses import dataclass
from typing import IO

from vostool.io.exports.frame import ExportFrame, subset_folder
from vostool.io.exports.plan import ExportPlan
from vostool.io.exports.staging import StagedFolder
from vostool.io.options import OptionSpec
from vostool.words import tr

NUMBERING = OptionSpec("numbering", "Frame numbers", "source", ("source", "consecutive"))
"""Frame n of the source is number n + 1, or the frames written count from 1 without gaps."""


@dataclass
class _Sequence:
    """One video in one part of the data set.

    Attributes:
        number: of the last frame.
        count: frames so far.
    """

    plan: ExportPlan
    subset: str
    file: IO[bytes]
    number: int = 0
    count: int = 0

    @property
    def place(self) -> str:
        return f"{subset_folder(self.subset)}{self.plan.video}/"


class Sequences:
    """The sequences of a data set, one after the other.

    Args:
        consecutive: frames count without gaps.
        labels: content of each sequence's ``gt/labels.txt``.
    """

    def __init__(self, folder: StagedFolder, consecutive: bool, labels: str) -> None:
        self._folder = folder
        self._consecutive = consecutive
        self._labels = labels.encode("utf-8")
        self._open: _Sequence | None = None
        self._gaps = False
        self._pictures = False

    def begin(self, frame: ExportFrame) -> int:
        """Take up the next frame; returns its number in its sequence."""
        sequence = self._open
        same = sequence is not None and sequence.plan is frame.plan
        if sequence is None or not same or sequence.subset != frame.subset:
            self._finish_one()
            file = self._folder.open(f"{frame.subset_folder}{frame.plan.video}/gt/gt.txt")
            sequence = self._open = _Sequence(frame.plan, frame.subset, file)
        number = sequence.count + 1 if self._consecutive else frame.index + 1
        self._gaps |= number != sequence.number + 1
        sequence.number = number
        sequence.count += 1
        return number

    def write(self, rows: list[str]) -> None:
        """Rows of the frame begun last, without line ends."""
        assert self._open is not None
        self._open.file.write("".join(row + "\n" for row in rows).encode("ascii"))

    def picture_path(self, frame: ExportFrame) -> str:
        """``img1/%06d`` with the number of the frame begun last, which is this one."""
        assert self._open is not None
        self._pictures = True
        return f"{self._open.place}img1/{self._open.number:06d}{frame.plan.ending}"

    def finish(self) -> list[str]:
        """Complete the last sequence; returns warnings."""
        self._finish_one()
        if not (self._pictures and self._gaps):
            return []
        return [
            tr(
                "Some numbers below the last have no picture, and tools that "
                "read pictures expect every number from 1; choose "
                "numbering=consecutive for them."
            )
        ]

    def close(self) -> None:
        """Close an open file; may be called twice."""
        if self._open is not None:
            self._open.file.close()

    def _finish_one(self) -> None:
        if self._open is None:
            return
        self._open.file.close()
        self._folder.write(f"{self._open.place}gt/labels.txt", self._labels)
        self._folder.write(f"{self._open.place}seqinfo.ini", _seqinfo(self._open))
        self._open = None


def _seqinfo(sequence: _Sequence) -> bytes:
    plan = sequence.plan
    # A name may hold what configparser would take for a place to fill in.
    ini = configparser.ConfigParser(interpolation=None)
    ini.optionxform = str  # type: ignore[assignment,method-assign]
    ini["Sequence"] = {
        "name": plan.video,
        "imDir": "img1",
        "frameRate": f"{plan.source.info.rate:g}",
        "seqLength": str(sequence.number),
        "imWidth": str(plan.width),
        "imHeight": str(plan.height),
        "imExt": plan.ending,
    }
    text = io.StringIO()
    ini.write(text, space_around_delimiters=False)
    return text.getvalue().encode("utf-8")
