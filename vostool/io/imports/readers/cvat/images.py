"""Which frame each ``<image>`` of CVAT's XML is, and which images do not come in."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

from vostool.io.imports.format import ImportTarget
from vostool.io.imports.readers.cvat.file import CvatFile, ReadingReport
from vostool.io.imports.readers.cvat.image_names import ImageKey, is_named, place_images
from vostool.io.imports.readers.cvat.xml_stream import Node
from vostool.io.imports.readers.frame_names import Placement
from vostool.io.imports.readers.name_numbers import core_name
from vostool.io.options import OptionValue


class ImageFrames:
    """Finds the frames of images, each frame once, in one or more files."""

    def __init__(
        self,
        target: ImportTarget,
        told: ReadingReport,
        names: Sequence[ImageKey],
        values: Mapping[str, OptionValue],
    ) -> None:
        """Make one for files that are read after each other.

        Args:
            names: of all images of all files.
            values: options of the format.
        """
        self._target = target
        self._told = told
        self._keys = names
        self._values = values
        self._by_key: dict[ImageKey, int | None] | None = None
        self.placement = Placement(())
        self._images = 0
        self._seen: dict[int, str] = {}
        self._sizes: dict[tuple[int, int], int] = {}
        self._task_of: dict[int, str] = {}
        self._folder: str | None = None
        self._by_id = 0

    def frame(self, file: CvatFile, node: Node) -> int | None:
        """The frame of an image; None, and a sentence, for one that does not come in.

        Raises:
            LabelsError: the file holds several videos, and none was chosen.
        """
        self._images += 1
        if file.wanted and file.is_other_task(node):
            self._told.others += 1
            return None
        name = node.attributes.get("name", "")
        frame = self._frame_of(file, node, name)
        why = self._problem(file, node, name, frame)
        if frame is None or why is not None:
            self._told.skip(file.at(node.line), f"the image {name!r} is {why}")
            return None
        self._seen[frame] = file.at(node.line)
        self._task_of[frame] = node.attributes.get("task_id", "")
        return frame

    def end(self, file: CvatFile) -> None:
        """The file is complete."""
        if self._by_id:
            self._told.warnings.append(
                f"'{file.name}': no frame has the name of {self._by_id} of its images; their ids "
                "were taken as frame numbers."
            )
        self._by_id = 0

    @property
    def only_size(self) -> tuple[int, int] | None:
        """The most frequent size, where all images are of another size than the frames."""
        if not self._sizes or sum(self._sizes.values()) < self._images:
            return None
        return max(self._sizes, key=lambda size: self._sizes[size])

    def _problem(self, file: CvatFile, node: Node, name: str, frame: int | None) -> str | None:
        if frame is None:
            return "no frame of this video"
        size = tuple(node.attributes.get(key, "") for key in ("width", "height"))
        if all(re.fullmatch(r"\d{1,7}", text) for text in size):
            width, height = map(int, size)
            if (width, height) != (self._target.width, self._target.height):
                self._sizes[width, height] = self._sizes.get((width, height), 0) + 1
                here = f"{self._target.width}x{self._target.height}"
                return f"{width}x{height}, but the frames are {here}"
        self._refuse_other_videos(file, frame, name, node)
        if frame in self._seen:
            return f"frame {frame} again, after {self._seen[frame]}"
        return None

    def _refuse_other_videos(self, file: CvatFile, frame: int, name: str, node: Node) -> None:
        """The parts of one video may be several tasks; several videos lie in different folders, or
        share frames.
        """
        if file.wanted or not file.several_tasks:
            return
        folder = str(PurePosixPath(name.replace("\\", "/")).parent)
        if self._folder is None:
            self._folder = folder
        task = node.attributes.get("task_id", "")
        if folder != self._folder or self._task_of.get(frame, task) != task:
            file.refuse_tasks("images")

    def _frame_of(self, file: CvatFile, node: Node, name: str) -> int | None:
        """By its name, or by its id where no name of a frame is meant; in a project of several
        tasks names alone count, because ids begin anew with each task.
        """
        ids = not file.several_tasks
        if self._by_key is None:
            self.placement = place_images(self._keys, self._target, self._values, ids=ids)
            self._by_key = dict(zip(self._keys, self.placement.frames, strict=True))
        text = node.attributes.get("id", "")
        frame = self._by_key.get((name, text))
        if frame is None and (not ids or any(c.isdecimal() for c in core_name(name))):
            return None
        number = int(text) if re.fullmatch(r"\d{1,9}", text) else None
        if frame is not None and (frame != number or is_named(name, self._target)):
            return frame
        if number is None or number not in file.task.frames(self._target.frame_count):
            return None
        self._by_id += 1
        return number
