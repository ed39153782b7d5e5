"""CVAT's ``<track>``: keyframes, what lies between them, and where the object is absent."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field, replace

from vostool.io.imports.format import ImportTarget, Shape
from vostool.io.imports.readers.cvat.elements import (
    Element,
    ElementError,
    draw,
    proposed_id,
    track_key,
)
from vostool.io.imports.readers.cvat.polygons import PolygonPath, between_angles, between_values
from vostool.masks.box import Box
from vostool.masks.mask import Mask


@dataclass(frozen=True, slots=True)
class Moment:
    """One shape element of a track.

    Attributes:
        frame: absolute.
        element: the shape; also where ``outside`` says that the object is not there.
        keyframe: False where the file holds what its program interpolated.
    """

    frame: int
    element: Element
    outside: bool
    keyframe: bool


@dataclass
class Track:
    """A track as it is read.

    Attributes:
        id: in the file.
        frames: the frames of its task that the video has.
        moments: by frame.
        skipped: line and reason of shapes that do not come in.
        refused: the track is of a kind that does not come in, which was said.
    """

    id: str
    label: str
    line: int
    group: str | None
    frames: range
    moments: dict[int, Moment] = field(default_factory=dict)
    skipped: list[tuple[int, str]] = field(default_factory=list)
    refused: bool = False

    @property
    def identity(self) -> str | None:
        """The object's id in the file: a declared attribute, or the group."""
        return next((m.element.identity for m in self.moments.values() if m.element.identity), None)

    @property
    def is_single_mask(self) -> bool:
        """CVAT has no mask tracks: it writes each mask as a track of one frame, with a copy on the
        next frame that says ``outside``.
        """
        seen = [m for m in self.moments.values() if not m.outside]
        masks = all(m.element.kind == "mask" for m in self.moments.values())
        return masks and len(seen) == 1 and len(self.moments) <= 2

    def key(self, number: int) -> Hashable | None:
        """What the track's shapes are named by.

        A single mask belongs to its identity, and so does a track whose shapes declare one (parts
        of one object go out as several tracks). A group alone may be several objects that belong
        together, so other tracks are an object each, the ``number``-th of the file.
        """
        declared = any(m.element.declared for m in self.moments.values())
        if self.is_single_mask or declared:
            return track_key(self.identity, self.label)
        return ("track", number)

    @property
    def proposed_id(self) -> int | None:
        """The object's id where the file states one; CVAT's own track ids count from 0 and are
        made anew with each export.
        """
        return proposed_id(self.identity)

    def attributes(self) -> dict[str, str]:
        """The attributes of the first shape."""
        first = next(iter(sorted(self.moments.items())), None)
        return first[1].element.attributes if first is not None else {}

    def shapes(self, key: Hashable | None, target: ImportTarget) -> Iterator[Shape]:
        """Every frame that the track says something about, as CVAT shows it."""
        moments = [self.moments[frame] for frame in sorted(self.moments)]
        if self.is_single_mask:
            moments = [m for m in moments if not m.outside]
        for index, moment in enumerate(moments):
            following = moments[index + 1] if index + 1 < len(moments) else None
            shape = self._shape(moment, key, target)
            if shape is not None:
                yield shape
            yield from self._until(moment, following, key, target)

    def _shape(self, moment: Moment, key: Hashable | None, target: ImportTarget) -> Shape | None:
        where = f"line {moment.element.line}"
        blank = Shape(moment.frame, key, self.label, absent=True, where=where)
        blank = replace(blank, keyframe=moment.keyframe, depth=moment.element.depth)
        if moment.outside:
            return blank
        own = tuple(moment.element.attributes.items())
        blank = replace(blank, occluded=moment.element.occluded, attributes=own)
        try:
            mask, box = moment.element.drawn(target)
        except ElementError as error:
            self.skipped.append((moment.element.line, f"the {moment.element.kind} {error}"))
            return None
        return replace(blank, mask=mask, box=box, absent=False)

    def _until(
        self, moment: Moment, following: Moment | None, key: Hashable | None, target: ImportTarget
    ) -> Iterator[Shape]:
        """The frames after a moment up to the next one, which say the same or lie between both.

        After the last one a box or polygon stays where it is; an absent object is not told again
        on each frame to the end.
        """
        if moment.element.kind == "mask" and not moment.outside:
            return  # CVAT interpolates no masks
        if following is None and moment.outside:
            return
        end = self.frames.stop if following is None else following.frame
        start = self.frames.start
        first = start + ((moment.frame - start) // self.frames.step + 1) * self.frames.step
        where = f"after line {moment.element.line}"
        frames = range(max(first, start), min(end, self.frames.stop), self.frames.step)
        if moment.outside:
            for frame in frames:
                yield Shape(frame, key, self.label, absent=True, keyframe=False, where=where)
            return
        if following is not None and following.element.kind != moment.element.kind:
            return
        way, own = _Way(moment, following), tuple(moment.element.attributes.items())
        for frame in frames:
            try:
                mask, box = way.at(frame, target)
            except ElementError:
                continue  # on its way it may leave the frame
            between = Shape(frame, key, self.label, mask, box, keyframe=False, where=where)
            one = moment.element
            yield replace(between, depth=one.depth, occluded=one.occluded, attributes=own)


class _Way:
    """A box or polygon on its way to the next one, or staying where it is."""

    def __init__(self, start: Moment, end: Moment | None) -> None:
        self._start = start
        self._end = end
        self._stays: tuple[Mask | None, Box | None] | None = None
        self._path: PolygonPath | None = None
        if end is not None and start.element.kind == "polygon":
            self._path = PolygonPath(start.element.points, end.element.points)

    def at(self, frame: int, target: ImportTarget) -> tuple[Mask | None, Box | None]:
        """The shape on a frame in between; raises :class:`ElementError`."""
        one = self._start.element
        if self._end is None:
            if self._stays is None:
                self._stays = one.drawn(target)
            return self._stays
        two = self._end.element
        share = (frame - self._start.frame) / (self._end.frame - self._start.frame)
        if self._path is not None:
            return draw("polygon", self._path.at(share), 0.0, target)
        points = between_values(one.points, two.points, share)
        return draw("box", points, between_angles(one.rotation, two.rotation, share), target)
