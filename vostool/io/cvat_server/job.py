"""What is known of a CVAT job without its annotations, and how a project remembers it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from vostool.masks.colours import Colour
from vostool.project.changes import Json
from vostool.project.project import Project

SETTING = "cvat"
"""The project setting that holds :meth:`Job.to_json`."""

RATE = 25.0
"""Frames a second; a CVAT job does not say its video's rate."""


@dataclass(frozen=True, slots=True)
class JobSummary:
    """One row of the list of jobs."""

    id: int
    task_id: int
    task_name: str
    stage: str
    state: str
    frames: int
    assignee: str


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute that a label declares; ``id`` is CVAT's ``spec_id``, ``kind`` its input type."""

    id: int
    name: str
    default: str
    kind: str = "text"
    values: tuple[str, ...] = ()
    mutable: bool = False


@dataclass(frozen=True, slots=True)
class Label:
    """A label of the job's task or project."""

    id: int
    name: str
    colour: Colour | None
    attributes: tuple[Attribute, ...]


@dataclass(frozen=True)
class Job:
    """A job as it was when it was pulled.

    Attributes:
        url: the server, whole, without a slash at the end.
        numbers: the server's number of each frame of ours: CVAT's REST interface counts a task's
            frames from 0 whatever part of a video the task is made of.
        absolute: the source's number of each frame, which file names are made of.
        names: file names of images, or empty for a video.
        width, height: of every frame, pixels.
        deleted: server's numbers of frames that were taken out of the job.
    """

    url: str
    id: int
    task_id: int
    task_name: str
    state: str
    numbers: tuple[int, ...]
    absolute: tuple[int, ...]
    names: tuple[str, ...]
    width: int
    height: int
    labels: tuple[Label, ...]
    deleted: frozenset[int] = frozenset()

    @cached_property
    def index(self) -> Mapping[int, int]:
        """Our frame by the server's number."""
        return {number: frame for frame, number in enumerate(self.numbers)}

    @cached_property
    def labels_by_id(self) -> Mapping[int, Label]:
        return {label.id: label for label in self.labels}

    @cached_property
    def labels_by_name(self) -> Mapping[str, Label]:
        return {label.name: label for label in self.labels}

    @property
    def title(self) -> str:
        """:func:`job_title`."""
        return job_title(self.url, self.id)

    @property
    def identity(self) -> str:
        """Hash (40 hex digits) of the server, the job and its frames."""
        facts = (self.url, self.id, self.task_id, self.numbers, self.width, self.height)
        return hashlib.blake2b(repr(facts).encode(), digest_size=20).hexdigest()

    def frame_name(self, frame: int) -> str:
        """The image's name without ending, or ``frame_%06d`` with the video's own number."""
        if self.names:
            # Images of a task may lie in folders; a frame's name is part of a file name here.
            name = self.names[frame].replace("/", "_").replace("\\", "_")
            stem, dot, _ = name.rpartition(".")
            return stem if dot and stem else name
        return f"frame_{self.absolute[frame]:06d}"

    def to_json(self) -> dict[str, Json]:
        """As the project and the frame folder keep it; :meth:`from_json` is the way back."""
        return {
            "url": self.url,
            "job": self.id,
            "task": self.task_id,
            "task_name": self.task_name,
            "state": self.state,
            "numbers": _packed(self.numbers),
            "absolute": _packed(self.absolute),
            "names": list(self.names),
            "size": [self.width, self.height],
            "labels": [_label_json(label) for label in self.labels],
            "deleted": [*sorted(self.deleted)],
        }

    @classmethod
    def from_json(cls, value: Any) -> Job:
        """Read :meth:`to_json`.

        Raises:
            ValueError: it is something else.
        """
        try:
            width, height = value["size"]
            return cls(
                url=str(value["url"]),
                id=int(value["job"]),
                task_id=int(value["task"]),
                task_name=str(value["task_name"]),
                state=str(value["state"]),
                numbers=_unpacked(value["numbers"]),
                absolute=_unpacked(value["absolute"]),
                names=tuple(str(name) for name in value["names"]),
                width=int(width),
                height=int(height),
                labels=tuple(_label(entry) for entry in value["labels"]),
                deleted=frozenset(int(number) for number in value["deleted"]),
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"no CVAT job: {error}") from error


def job_title(url: str, job_id: int) -> str:
    """ "job-7@app.cvat.ai", which also names the job's folder."""
    return f"job-{job_id}@{urlsplit(url).netloc.replace(':', '_')}"


def project_job(project: Project) -> Job | None:
    """The job that a project was pulled from, or None for any other project."""
    stored = project.settings.get(SETTING)
    try:
        return None if stored is None else Job.from_json(stored)
    except ValueError:
        return None


def _label_json(label: Label) -> dict[str, Json]:
    return {
        "id": label.id,
        "name": label.name,
        "colour": None if label.colour is None else list(label.colour),
        "attributes": [
            [a.id, a.name, a.default, a.kind, list(a.values), a.mutable] for a in label.attributes
        ],
    }


def _label(entry: Any) -> Label:
    colour = entry["colour"]
    return Label(
        int(entry["id"]),
        str(entry["name"]),
        None if colour is None else (int(colour[0]), int(colour[1]), int(colour[2])),
        tuple(map(_attribute, entry["attributes"])),
    )


def _attribute(entry: Any) -> Attribute:
    number, name, default, *more = entry
    # Projects of an older version keep these three alone.
    kind, values, mutable = more or ("text", (), False)
    allowed = tuple(str(value) for value in values)
    return Attribute(int(number), str(name), str(default), str(kind), allowed, bool(mutable))


def _packed(numbers: tuple[int, ...]) -> list[Json]:
    """[first, last, step] where that says it all, which it nearly always does, else all of them."""
    if len(numbers) < 2:
        return [numbers[0], numbers[0], 1]
    step = numbers[1] - numbers[0]
    if step > 0 and numbers == tuple(range(numbers[0], numbers[-1] + 1, step)):
        return [numbers[0], numbers[-1], step]
    return [list(numbers)]


def _unpacked(value: Any) -> tuple[int, ...]:
    if len(value) == 1:
        return tuple(int(number) for number in value[0])
    first, last, step = (int(number) for number in value)
    if step < 1 or last < first:
        raise ValueError("no frames")
    return tuple(range(first, last + 1, step))
