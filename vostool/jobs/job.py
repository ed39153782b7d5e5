"""A job is one video with what to begin from; how it is and how it ended. Values to pickle."""

from __future__ import annotations

import enum
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vostool.finders.choice import Choice
from vostool.finders.finder import Question
from vostool.io.exports.options import ExportOptions
from vostool.jobs.prompting import PromptSpecs
from vostool.jobs.wishes import Wishes
from vostool.models.engine import Direction
from vostool.models.memory_kinds import STANDARD, Memory
from vostool.runs.discovery.values import DiscoveryRules
from vostool.words import mark

JOB_SETTING = "batch_job"
"""The project's setting with the job's :attr:`Job.digest`: this project is what came of it."""


@dataclass(frozen=True, slots=True)
class Search:
    """Objects that a finder looks for.

    Attributes:
        finder: its name.
        checkpoint: of the finder, or None for the usual one.
    """

    finder: str
    question: Question
    choice: Choice
    rules: DiscoveryRules
    checkpoint: Path | None = None


@dataclass(frozen=True, slots=True)
class Labels:
    """A label file to begin with; ``format`` None: a look inside says which."""

    path: Path
    format: str | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """One video.

    Attributes:
        name: of its project and of its exports, unique among the jobs of a file.
        video: a path, or an address of fsspec ("s3://bucket/clip.mp4").
        prompts, labels, search: what to begin from, any of them together.
        start, end: the frames to track, None for the first and the last.
        priority: the highest goes first.
        tidy: answers to points and boxes lose specks and pinholes, as in the window.
        digest: of all that decides the result; the same for the same job of a later start.
    """

    name: str
    video: str
    prompts: PromptSpecs = field(default_factory=PromptSpecs)
    labels: Labels | None = None
    search: Search | None = None
    direction: Direction = Direction.FORWARD
    start: int | None = None
    end: int | None = None
    priority: int = 0
    digest: str = ""
    tidy: bool = True


@dataclass(frozen=True, slots=True)
class Setup:
    """What all jobs of a file share.

    Attributes:
        projects: the folder of the projects, or an address of fsspec.
        engine: its name.
        quality: as ``vostool track --quality`` has it.
        memory: as ``vostool track --memory`` has it.
        formats, out, options: exports of each job, to ``out / job / format``; none where empty.
    """

    projects: str
    engine: str
    device: str | None = None
    checkpoint: Path | None = None
    quality: str = "auto"
    memory: Memory = STANDARD
    formats: tuple[str, ...] = ()
    out: Path | None = None
    options: ExportOptions = field(default_factory=ExportOptions)


class JobState(enum.Enum):
    """How a job ended."""

    DONE = mark("done")
    BEFORE = mark("done before")
    FAILED = mark("failed")
    STOPPED = mark("stopped")


@dataclass(frozen=True, slots=True)
class JobResult:
    """One job after its end.

    Attributes:
        project: where it lies; None where there is none.
        objects, frames, masks: what it holds, and how many frames were worked on.
        problems: frames that could not be worked on, warnings; a sentence each.
        error: one sentence where it failed.
        worker: the machine that did it; empty for this process.
    """

    name: str
    state: JobState
    project: str | None = None
    objects: int = 0
    frames: int = 0
    masks: int = 0
    seconds: float = 0.0
    problems: tuple[str, ...] = ()
    error: str = ""
    worker: str = ""


@dataclass(frozen=True, slots=True)
class JobProgress:
    """How far a job is; ``total`` 0 where that is not known.

    Attributes:
        what: is being done, one of :data:`PHASES`.
        worker: the machine that does it; empty for this process.
        rate: frames a second lately; 0 where none was tracked yet.
    """

    name: str
    done: int
    total: int
    what: str
    worker: str = ""
    rate: float = 0.0

    @property
    def seconds_left(self) -> float | None:
        """Seconds until the last frame is tracked at this rate; None where nobody knows."""
        return max(self.total - self.done, 0) / self.rate if self.rate and self.total else None


PHASES = (
    mark("opening"), mark("reading"), mark("reading labels"), mark("looking"), mark("tracking"),
    mark("exporting"),
)  # fmt: skip
OPENING, READING, READING_LABELS, LOOKING, TRACKING, EXPORTING = PHASES


def _unheard(result: JobResult) -> None:
    """A listener that ignores the result."""


@dataclass(frozen=True, slots=True)
class Listener:
    """Who hears of jobs.

    Attributes:
        tell: told often how far a job is, in the thread of the caller of the run.
        stopped: asked often; True ends the jobs, and what is not whole is not stored.
        ended: told of each job as it ends.
        wishes: jobs to be cancelled, and priorities, as they are wanted by now.
    """

    tell: Callable[[JobProgress], None]
    stopped: Callable[[], bool]
    ended: Callable[[JobResult], None] = _unheard
    wishes: Wishes = field(default_factory=Wishes)


def digest_of(asked: Mapping[str, Any], setup: Mapping[str, Any]) -> str:
    """The digest of what is written of a job and of the engine, whatever the order of the keys."""
    text = json.dumps([asked, setup], sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
