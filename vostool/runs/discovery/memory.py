"""What a run with discovery knows of the objects: where each was seen, and what it looked like.

Made from the project's masks and from what the run answered so far, and from nothing else, so that
a run that goes on with what another left knows the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from vostool.errors import SourceError
from vostool.finders.looks import Looks, looks_of
from vostool.frames import FrameSource
from vostool.masks.crop import intersection
from vostool.masks.mask import Mask
from vostool.models.engine import SegmentReply
from vostool.project.objects import DEFAULT_LABEL
from vostool.project.project import Project

Sighting = tuple[int, Mask]


class Memory:
    """The objects' masks by frame; those of the run come before the project's.

    Args:
        project: as it was when the run began; it must not change.
    """

    def __init__(self, project: Project, source: FrameSource) -> None:
        self.project = project
        self._source = source
        self._shown: dict[int, dict[int, Mask]] = {}
        self._labels = {oid: known.label for oid, known in project.objects.items()}
        self._looks: dict[tuple[int, int], Looks | None] = {}

    def name(self, object_id: int, label: str) -> None:
        """A new object of the run."""
        self._labels[object_id] = label or DEFAULT_LABEL

    @property
    def count(self) -> int:
        """How many objects there are."""
        return len(self._labels)

    def note(self, frame: int, replies: Mapping[int, SegmentReply]) -> None:
        """Masks that the run gives."""
        for oid, reply in replies.items():
            self._shown.setdefault(oid, {})[frame] = reply.mask

    def recall(self, object_id: int, frames: Iterable[int]) -> None:
        """Masks that an earlier part of this run gave, as the project has them."""
        for frame in frames:
            record = self.project.masks.get(frame, object_id)
            if record is not None:
                self._shown.setdefault(object_id, {})[frame] = record.mask

    def shown(self, frame: int, object_id: int) -> Mask | None:
        """The mask that the run gave; None where it gave none."""
        return self._shown.get(object_id, {}).get(frame)

    def mask(self, frame: int, object_id: int) -> Mask | None:
        """An object's mask on a frame, as it will stand there when the run is stored."""
        record = self.project.masks.get(frame, object_id)
        shown = self.shown(frame, object_id)
        kept = record is not None and (record.is_kept or (frame, object_id) in self.project.prompts)
        if shown is not None and not kept:
            return shown
        return None if record is None else record.mask

    def visible(self, frame: int) -> dict[int, Mask]:
        """The masks with a pixel on a frame, by object id."""
        masks = {oid: self.mask(frame, oid) for oid in self._labels}
        return {oid: m for oid, m in masks.items() if m is not None and not m.is_empty}

    def is_absent(self, frame: int, object_id: int) -> bool:
        """True where a person said that the object is not on this frame."""
        record = self.project.masks.get(frame, object_id)
        return record is not None and record.is_kept and record.mask.is_empty

    def seen(self, object_id: int) -> int:
        """On how many frames the run gave the object a mask with a pixel."""
        return sum(not mask.is_empty for mask in self._shown.get(object_id, {}).values())

    def recent(self, object_id: int, before: int, forward: bool, count: int) -> list[Sighting]:
        """The run's masks of the frames just behind ``before``, the nearest first."""
        row, step = self._shown.get(object_id, {}), -1 if forward else 1
        found = []
        for frame in range(before + step, before + step * (count + 1), step):
            if frame not in row:
                break
            found.append((frame, row[frame]))
        return found

    def lost(self, frame: int) -> dict[int, Looks]:
        """The objects that are not on this frame but on another, with their nearest sighting."""
        visible = self.visible(frame)
        found = {}
        for oid in self._labels:
            if oid in visible or self.is_absent(frame, oid):
                continue
            for seen, mask in self._sightings(frame, oid):
                looks = self.looks(seen, oid, mask)
                if looks is not None:
                    found[oid] = looks
                    break
        return found

    def looks(self, frame: int, object_id: int, mask: Mask) -> Looks | None:
        """What an object looked like; None where the frame cannot be read."""
        key = frame, object_id
        if key not in self._looks:
            label = self._labels[object_id]
            try:
                picture = self._source.frame(frame)
                known = "" if label == DEFAULT_LABEL else label
                self._looks[key] = looks_of(picture, mask, frame, known)
            except SourceError:
                self._looks[key] = None
        return self._looks[key]

    def is_taken(self, frame: int, object_id: int, mask: Mask, share: float) -> bool:
        """True where so much of a mask lies in that of another object."""
        area = mask.area
        return any(
            intersection(mask, other).area >= share * area
            for oid, other in self.visible(frame).items()
            if oid != object_id
        )

    def _sightings(self, frame: int, object_id: int) -> Iterator[Sighting]:
        """Where an object is seen, the nearest frames first."""
        frames = {*self.project.masks.row(object_id), *self._shown.get(object_id, {})}
        for seen in _nearest(sorted(frames), frame):
            mask = self.mask(seen, object_id)
            if mask is not None and not mask.is_empty:
                yield seen, mask


def _nearest(frames: Sequence[int], frame: int) -> list[int]:
    return sorted(frames, key=lambda seen: (abs(seen - frame), seen))
