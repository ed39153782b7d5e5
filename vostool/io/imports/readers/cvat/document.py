"""Collects what CVAT's XML files say about one video, element by element."""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace

from vostool.io.imports.format import (
    Imported,
    ImportedLabel,
    ImportedObject,
    ImportTarget,
    Shape,
)
from vostool.io.imports.readers.cvat.elements import (
    NOT_SHAPES,
    Element,
    ElementError,
    proposed_id,
    read_element,
    track_key,
)
from vostool.io.imports.readers.cvat.file import CvatFile, ReadingReport
from vostool.io.imports.readers.cvat.image_names import ImageKey
from vostool.io.imports.readers.cvat.images import ImageFrames
from vostool.io.imports.readers.cvat.meta import CvatMeta, read_meta
from vostool.io.imports.readers.cvat.tracks import Moment, Track
from vostool.io.imports.readers.cvat.xml_stream import Event, Node
from vostool.io.options import OptionValue
from vostool.words import tr


class CvatDocument:
    """Takes the events of one or more files."""

    def __init__(
        self, target: ImportTarget, names: Sequence[ImageKey], values: Mapping[str, OptionValue]
    ) -> None:
        """Make an empty one.

        Args:
            names: of all images of the files that follow.
            values: options of the format: ``task``, id or name of the one to take from a
                project's file, and ``first_number``.
        """
        self._target = target
        self._wanted = str(values["task"])
        self._told = ReadingReport()
        self._images = ImageFrames(target, self._told, names, values)
        self._labels: dict[str, ImportedLabel] = {}
        self._objects: dict[Hashable, ImportedObject] = {}
        self._shapes: list[Shape] = []
        self._tracks = 0

    def begin(self, name: str, *, alone: bool = True) -> None:
        """A new file begins; where there may be several, messages name it."""
        self._file = CvatFile(name, alone, self._target, self._wanted)
        self._frame: int | None = None
        self._track: Track | None = None
        self._ids: set[str] = set()

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
            self._frame = self._images.frame(self._file, node) if kind == "start" else None
        elif node.name == "track" and kind == "start":
            self._track = self._begin_track(node)
        elif node.name == "track" and self._track is not None:
            self._end_track(self._track)
            self._track = None

    def end(self) -> None:
        """The file is complete."""
        self._images.end(self._file)

    def imported(self) -> Imported:
        """Everything that was taken.

        Raises:
            LabelsError: every image is of another size.
        """
        size = self._images.only_size
        if size is not None and not self._shapes:
            self._file.refuse_size(size)
        used = {shape.track for shape in self._shapes}
        return Imported(
            tuple(obj for track, obj in self._objects.items() if track in used),
            self._shapes,
            tuple(self._labels.values()),
            tuple(self._told.skipped),
            self._told.all_warnings(),
            self._images.placement.examples,
            self._images.placement.notes,
            self._images.placement.doubts,
        )

    def _begin_labels(self, meta: CvatMeta) -> None:
        for label in meta.labels:
            self._labels.setdefault(label.name, label)
        self._file.take_meta(meta)

    def _shape(self, node: Node) -> None:
        if self._frame is None or not self._is_shape(node):
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
        own = tuple(element.attributes.items())
        shape = Shape(self._frame, track, label, mask, box, where=where, attributes=own)
        self._shapes.append(replace(shape, depth=element.depth, occluded=element.occluded))
        if track is not None:
            self._object(track, label, element.attributes, proposed_id(element.identity))

    def _element(self, node: Node, label: str, group: str | None) -> Element:
        if self._labels and label not in self._labels:
            raise ElementError(
                tr("has the label {label!r}, which the file does not declare", label=label)
            )
        return read_element(node, self._target, group)

    def _where(self, node: Node) -> str:
        return self._file.at(node.line)

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
            self._objects[track] = replace(known, attributes=tuple(merged.items()))

    def _begin_track(self, node: Node) -> Track | None:
        if self._file.is_other_task(node):
            if self._file.several_tasks and not self._file.wanted:
                self._file.refuse_tasks("tracks")
            self._told.others += 1
            return None
        number = node.attributes.get("id", "")
        label = node.attributes.get("label", "")
        if number and number in self._ids:
            self._told.warnings.append(
                f"{self._where(node)}: the track id {number} is there twice; both came in."
            )
        self._ids.add(number)
        frames = self._file.task.frames(self._target.frame_count)
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
            raise ElementError(tr("has no frame number, but {text!r}", text=text))
        frame = int(text)
        frames = track.frames
        if frame not in frames:
            if outside and frame >= frames.stop:
                return None
            step = f" in steps of {frames.step}" if frames.step > 1 else ""
            last = f"{frames.start} to {frames[-1]}{step}" if frames else "none"
            raise ElementError(
                tr(
                    "is on frame {frame}, which is not of this video ({last})",
                    frame=frame,
                    last=last,
                )
            )
        if frame in track.moments:
            raise ElementError(
                tr("is the second one of track {id} on frame {frame}", id=track.id, frame=frame)
            )
        return frame

    def _end_track(self, track: Track) -> None:
        if not any(not moment.outside for moment in track.moments.values()):
            if not track.refused:
                self._told.skip(
                    self._file.at(track.line), f"the track {track.id} has no shape to show"
                )
            return
        self._tracks += 1
        key = track.key(self._tracks)
        self._shapes.extend(track.shapes(key, self._target))
        for line, why in track.skipped:
            self._told.skip(self._file.at(line), why)
        if key is not None:
            self._object(key, track.label, track.attributes(), track.proposed_id)
