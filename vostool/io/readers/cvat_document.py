"""Collects what CVAT's XML files say about one video, element by element."""

from __future__ import annotations

import re
from collections.abc import Hashable
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from vostool.errors import LabelsError
from vostool.io.import_format import (
    Imported,
    ImportedLabel,
    ImportedObject,
    ImportTarget,
    Shape,
)
from vostool.io.readers.cvat_elements import (
    NOT_SHAPES,
    Element,
    ElementError,
    proposed_id,
    read_element,
    track_key,
)
from vostool.io.readers.cvat_meta import CvatMeta, CvatTask, read_meta
from vostool.io.readers.cvat_tracks import Moment, Track
from vostool.io.readers.xml_stream import Event, Node


@dataclass
class _Place:
    """The ``<image>`` that is being read, and its frame; None where it does not come in."""

    frame: int | None = None


class CvatDocument:
    """Takes the events of one or more files."""

    def __init__(self, target: ImportTarget, task: str = "") -> None:
        """Make an empty one.

        Args:
            task: id or name of the task to take from a project's file.
        """
        self._target = target
        self._wanted = task
        self._told = _Told()
        self._labels: dict[str, ImportedLabel] = {}
        self._objects: dict[Hashable, ImportedObject] = {}
        self._shapes: list[Shape] = []
        self._tracks = 0
        self._seen: dict[int, str] = {}
        self._sizes: dict[tuple[int, int], int] = {}
        self._images = 0
        self._task_of: dict[int, str] = {}
        self._folder: str | None = None

    def begin(self, name: str, *, alone: bool = True) -> None:
        """A new file begins; where there may be several, messages name it."""
        self._name = name
        self._prefix = "" if alone else f"'{name}', "
        self._meta = CvatMeta()
        self._task = CvatTask()
        self._place = _Place()
        self._track: Track | None = None
        self._ids: set[str] = set()
        self._named_by_id = 0

    def take(self, event: Event) -> None:
        """Take the next event of the file.

        Raises:
            LabelsError: the file is for another size, or for several tasks.
        """
        kind, node = event
        if kind == "node" and node.name == "meta":
            self._begin_labels(read_meta(node))
        elif kind == "node" and self._track is not None:
            self._moment(self._track, node)
        elif kind == "node":
            self._shape(node)
        elif node.name == "image":
            self._place = self._image(node) if kind == "start" else _Place()
        elif node.name == "track" and kind == "start":
            self._track = self._begin_track(node)
        elif node.name == "track" and self._track is not None:
            self._end_track(self._track)
            self._track = None

    def end(self) -> None:
        """The file is complete."""
        if self._named_by_id:
            self._told.warnings.append(
                f"'{self._name}': no frame has the name of {self._named_by_id} of its images; "
                "their ids were taken as frame numbers."
            )

    def imported(self) -> Imported:
        """Everything that was taken.

        Raises:
            LabelsError: every image is of another size.
        """
        if self._sizes and sum(self._sizes.values()) == self._images and not self._shapes:
            self._refuse_size(max(self._sizes, key=lambda size: self._sizes[size]))
        used = {shape.track for shape in self._shapes}
        return Imported(
            tuple(obj for track, obj in self._objects.items() if track in used),
            self._shapes,
            tuple(self._labels.values()),
            tuple(self._told.skipped),
            self._told.all_warnings(),
        )

    def _begin_labels(self, meta: CvatMeta) -> None:
        self._meta = meta
        for label in meta.labels:
            self._labels.setdefault(label.name, label)
        self._task = self._chosen_task(meta)
        size = self._task.size
        if size is not None and size != (self._target.width, self._target.height):
            self._refuse_size(size)

    def _chosen_task(self, meta: CvatMeta) -> CvatTask:
        if not self._wanted or not meta.project:
            several = meta.project and len(meta.tasks) > 1
            return CvatTask() if several else meta.tasks[0]
        for task in meta.tasks:
            if self._wanted in (task.id, task.name):
                return task
        known = ", ".join(f"{task.id} {task.name!r}" for task in meta.tasks)
        raise LabelsError(f"'{self._name}' has no task {self._wanted!r}; it has {known}.")

    def _refuse_size(self, size: tuple[int, int]) -> None:
        raise LabelsError(
            f"'{self._name}' holds labels for {size[0]}x{size[1]} pictures, but the frames here "
            f"are {self._target.width}x{self._target.height}; choose the video they were made for."
        )

    def _other_task(self, node: Node) -> bool:
        """True for an element of a task that was not chosen."""
        task = node.attributes.get("task_id", self._task.id)
        if not self._meta.project or task == self._task.id:
            return False
        if not self._wanted and len(self._meta.tasks) > 1 and node.name == "track":
            self._refuse_tasks("tracks")
        return True

    def _image(self, node: Node) -> _Place:
        self._images += 1
        where = self._where(node)
        name = node.attributes.get("name", "")
        size = tuple(node.attributes.get(key, "") for key in ("width", "height"))
        if self._wanted and self._other_task(node):
            self._told.others += 1
            return _Place()
        frame = self._frame_of(node, name)
        if frame is None:
            self._told.skip(where, f"the image {name!r} is no frame of this video")
            return _Place()
        if all(re.fullmatch(r"\d{1,7}", text) for text in size):
            width, height = map(int, size)
            if (width, height) != (self._target.width, self._target.height):
                self._sizes[width, height] = self._sizes.get((width, height), 0) + 1
                here = f"{self._target.width}x{self._target.height}"
                self._told.skip(
                    where, f"the image {name!r} is {width}x{height}, but the frames are {here}"
                )
                return _Place()
        self._refuse_other_videos(frame, name, node)
        if frame in self._seen:
            self._told.skip(
                where, f"the image {name!r} is frame {frame} again, after {self._seen[frame]}"
            )
            return _Place()
        self._seen[frame] = where
        self._task_of[frame] = node.attributes.get("task_id", "")
        return _Place(frame)

    def _refuse_other_videos(self, frame: int, name: str, node: Node) -> None:
        """The parts of one video may be several tasks; several videos lie in different folders, or
        share frames.
        """
        if self._wanted or not self._meta.project or len(self._meta.tasks) < 2:
            return
        folder = str(PurePosixPath(name.replace("\\", "/")).parent)
        if self._folder is None:
            self._folder = folder
        task = node.attributes.get("task_id", "")
        if folder != self._folder or self._task_of.get(frame, task) != task:
            self._refuse_tasks("images")

    def _refuse_tasks(self, what: str) -> None:
        known = ", ".join(f"{task.id} {task.name!r}" for task in self._meta.tasks)
        raise LabelsError(
            f"'{self._name}' holds {what} of several tasks ({known}); choose one by the option "
            "task."
        )

    def _frame_of(self, node: Node, name: str) -> int | None:
        """By its name, or by its id where no name of a frame is meant; names of project files
        alone count, because ids begin anew with each task.
        """
        target = self._target
        exact = target.frame_named(name)
        if exact is not None:
            return exact
        if re.search(r"(^|[/\\])frame_\d+(\.\w+)?$", name):
            return target.frame_by_name(name)
        text = node.attributes.get("id", "")
        several = self._meta.project and len(self._meta.tasks) > 1
        if re.fullmatch(r"\d{1,9}", text) and not several:
            if int(text) not in self._task.frames(target.frame_count):
                return None
            self._named_by_id += 1
            return int(text)
        return target.frame_by_name(name)

    def _shape(self, node: Node) -> None:
        if self._place.frame is None or not self._is_shape(node):
            return
        label = node.attributes.get("label", "")
        try:
            element = self._element(node, label, None)
            mask, box = element.drawn(self._target)
        except ElementError as error:
            self._told.skip(self._where(node), f"the {node.name} {error}")
            return
        track = track_key(element.identity, label)
        where = self._where(node)
        self._shapes.append(Shape(self._place.frame, track, label, mask, box, where=where))
        if track is not None:
            self._object(track, label, element.attributes, proposed_id(element.identity))
        elif element.attributes:
            self._told.loose += 1

    def _element(self, node: Node, label: str, group: str | None) -> Element:
        if self._labels and label not in self._labels:
            raise ElementError(f"has the label {label!r}, which the file does not declare")
        return read_element(node, self._target, group)

    def _where(self, node: Node) -> str:
        return f"{self._prefix}line {node.line}"

    def _is_shape(self, node: Node) -> bool:
        if node.name in ("box", "polygon", "mask"):
            return True
        if node.name in NOT_SHAPES:
            label = node.attributes.get("label", "")
            reason = NOT_SHAPES[node.name]
            self._told.skip(self._where(node), f"the {node.name} {label!r}: {reason}")
        return False

    def _object(
        self, track: Hashable, label: str, attributes: dict[str, str], proposed: int | None
    ) -> None:
        pairs = tuple(attributes.items())
        known = self._objects.get(track)
        if known is None:
            declared = self._labels.get(label)
            colour = declared.colour if declared is not None else None
            self._objects[track] = ImportedObject(track, label, colour, pairs, proposed)
        elif known.attributes != pairs:
            merged = {**attributes, **dict(known.attributes)}
            self._told.changing += any(merged[name] != value for name, value in pairs)
            self._objects[track] = replace(known, attributes=tuple(merged.items()))

    def _begin_track(self, node: Node) -> Track | None:
        if self._other_task(node):
            self._told.others += 1
            return None
        number = node.attributes.get("id", "")
        label = node.attributes.get("label", "")
        if number and number in self._ids:
            self._told.warnings.append(
                f"{self._where(node)}: the track id {number} is there twice; both came in."
            )
        self._ids.add(number)
        frames = self._task.frames(self._target.frame_count)
        return Track(number, label, node.line, node.attributes.get("group_id"), frames)

    def _moment(self, track: Track, node: Node) -> None:
        if node.name == "track":
            return  # the points of a skeleton
        where = self._where(node)
        if node.name not in ("box", "polygon", "mask"):
            if node.name in NOT_SHAPES and not track.refused:
                track.refused = True
                reason = NOT_SHAPES[node.name]
                self._told.skip(where, f"the track {track.id} of {node.name}: {reason}")
            return
        outside = node.attributes.get("outside", "0") == "1"
        try:
            frame = self._track_frame(track, node, outside)
            if frame is not None:
                element = self._element(node, track.label, track.group)
                keyframe = node.attributes.get("keyframe", "1") != "0"
                track.moments[frame] = Moment(frame, element, outside, keyframe)
        except ElementError as error:
            self._told.skip(where, f"the {node.name} {error}")

    def _track_frame(self, track: Track, node: Node, outside: bool) -> int | None:
        """The frame of a track's shape; None for the end of a track just behind its task."""
        text = node.attributes.get("frame", "")
        if not re.fullmatch(r"\d{1,9}", text):
            raise ElementError(f"has no frame number, but {text!r}")
        frame = int(text)
        frames = track.frames
        if frame not in frames:
            if outside and frame >= frames.stop:
                return None
            step = f" in steps of {frames.step}" if frames.step > 1 else ""
            last = f"{frames.start} to {frames[-1]}{step}" if frames else "none"
            raise ElementError(f"is on frame {frame}, which is not of this video ({last})")
        if frame in track.moments:
            raise ElementError(f"is the second one of track {track.id} on frame {frame}")
        return frame

    def _end_track(self, track: Track) -> None:
        if not any(not moment.outside for moment in track.moments.values()):
            if not track.refused:
                self._told.skip(
                    f"{self._prefix}line {track.line}", f"the track {track.id} has no shape to show"
                )
            return
        self._tracks += 1
        key = track.key(self._tracks)
        self._shapes.extend(track.shapes(key, self._target))
        self._told.skipped += [f"{self._prefix}{text}" for text in track.skipped]
        if key is not None:
            self._object(key, track.label, track.attributes(), track.proposed_id)


@dataclass
class _Told:
    """What the person is told."""

    skipped: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    changing: int = 0
    loose: int = 0
    others: int = 0

    def skip(self, where: str, why: str) -> None:
        self.skipped.append(f"{where}: {why}.")

    def all_warnings(self) -> tuple[str, ...]:
        found = list(self.warnings)
        if self.changing:
            found.append(
                f"Attribute values that change within an object count as on its first shape: "
                f"{self.changing} other values."
            )
        if self.loose:
            found.append(f"Shapes without an identity lost their attributes: {self.loose}.")
        if self.others:
            found.append(f"Images and tracks of other tasks were left out: {self.others}.")
        return tuple(found)
