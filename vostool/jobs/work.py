"""One job, from its video to a stored project and its exports, on whatever machine it is done.

A job is done from its beginning, and its project stored when it is whole: what comes of it does not
depend on how often a machine died over it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from vostool.errors import Cancelled, LabelsError, ProjectFileError, PromptError, UsageError
from vostool.files import is_there
from vostool.frames import FrameSource
from vostool.io.exports.exporters import export
from vostool.io.imports.edit import ImportPolicy, import_edit
from vostool.io.imports.format import ImportTarget
from vostool.io.imports.importers import read_labels
from vostool.io.video.fingerprint import source_ref
from vostool.io.video.sources import open_source
from vostool.jobs.hands import Hands
from vostool.jobs.job import (
    EXPORTING,
    JOB_SETTING,
    LOOKING,
    OPENING,
    READING,
    READING_LABELS,
    TRACKING,
    Job,
    JobProgress,
    JobResult,
    JobState,
    Listener,
    Search,
    Setup,
)
from vostool.jobs.prompting import prompt_edit
from vostool.jobs.store import Store, local_video, store_of
from vostool.models.engine import Engine, TrackedFrame
from vostool.models.memory_kinds import check_memory
from vostool.progress import Progress
from vostool.project import edits
from vostool.project.changes import Edit
from vostool.project.project import Project
from vostool.runs.discovery.edit import DiscoveryEdits
from vostool.runs.discovery.looking import Asked
from vostool.runs.discovery.plan import plan_discovery
from vostool.runs.discovery.run import discover
from vostool.runs.discovery.values import Looking
from vostool.runs.rate import RateMeter
from vostool.runs.request import ENGINE_SETTING, choose_memory, plan_run, run_edit
from vostool.runs.tidying import Tidying
from vostool.words import tr


def do_job(job: Job, setup: Setup, hands: Hands, listener: Listener) -> JobResult:
    """Do what of a job is not done yet; whatever fails is raised, and then nothing was stored.

    A project of this very job is left as it is, also where a person has corrected it since; exports
    that are missing are written from it.

    Raises:
        VosToolError: one sentence; ``ProjectFileError`` where another project has the job's name.
        OSError, MemoryError: the machine's own; another one may do better.
    """
    began = time.monotonic()
    store = store_of(setup.projects)
    work = _Work(job, setup, hands, listener)
    try:
        work.begin()
        there = done_before(job, store)
        with local_video(job.video) as place, work.opened(str(place)) as source:
            project = work.labelled(source) if there is None else there
            if there is None:
                store.put(job.name, project)
            work.export(project, source)
    except Cancelled:
        return JobResult(job.name, JobState.STOPPED, seconds=time.monotonic() - began)
    return JobResult(
        job.name,
        JobState.DONE if there is None else JobState.BEFORE,
        store.place(job.name),
        objects=len(project.objects),
        frames=work.count.frames,
        masks=len(project.masks),
        seconds=time.monotonic() - began,
        problems=tuple(work.count.problems),
    )


def is_final(error: BaseException) -> bool:
    """True for what no other machine would do better: the job itself makes no sense."""
    return isinstance(error, PromptError | UsageError | LabelsError)


def done_before(job: Job, store: Store) -> Project | None:
    """The project that came of this very job; None where it is still to be done.

    Raises:
        ProjectFileError: another project has its name, or what is there cannot be read.
    """
    there = store.read(job.name)
    if there is not None and there.settings.get(JOB_SETTING) != job.digest:
        raise ProjectFileError(
            tr(
                "'{place}' did not come of this job as it stands in the job file; move it away, or "
                "give the job another name.",
                place=store.place(job.name),
            )
        )
    return there


@dataclass
class _Count:
    """What has been done so far."""

    frames: int = 0
    problems: list[str] = field(default_factory=list)
    meter: RateMeter = field(default_factory=lambda: RateMeter(0))


@dataclass
class _Work:
    """One job on one machine.

    Raises:
        Cancelled: from every method, once the listener wants it.
    """

    job: Job
    setup: Setup
    hands: Hands
    listener: Listener
    count: _Count = field(default_factory=_Count)

    def begin(self) -> None:
        """Say that this job is looked at now, where it is still wanted."""
        self._go_on()
        self._tell(0, 0, OPENING)

    @contextmanager
    def opened(self, place: str) -> Iterator[FrameSource]:
        """The video, closed at the end."""
        source = open_source(place, progress=self._progress(READING))
        try:
            yield source
        finally:
            source.close()

    def labelled(self, source: FrameSource) -> Project:
        """A project with all that the job asks for."""
        project = Project(source_ref(source))
        self._begin(project, source)
        project.apply(choose_memory(project, self.setup.memory))
        engine = self.hands.engine(self.setup)
        check_memory(self.setup.memory, engine.info.memories, engine.info.title)
        engine.open(source)
        if self.job.search is not None:
            self._discover(project, source, engine, self.job.search)
        else:
            self._track(project, engine)
        self._go_on()
        for name, value in ((ENGINE_SETTING, engine.info.name), (JOB_SETTING, self.job.digest)):
            project.apply(edits.set_setting(project, name, value))
        return project

    def export(self, project: Project, source: FrameSource) -> None:
        """Write the exports that are not there: each appears whole, so one there is done."""
        setup = self.setup
        if setup.out is None or not len(project.masks):
            return
        folder = setup.out / self.job.name
        missing = [name for name in setup.formats if not is_there(folder / name)]
        if missing:
            progress = self._progress(EXPORTING)
            export(project.snapshot(), source, missing, folder, setup.options, progress)

    def _begin(self, project: Project, source: FrameSource) -> None:
        """What the job begins from comes into the project."""
        told = self.count.problems
        if (given := self.job.labels) is not None:
            target, progress = ImportTarget.of(source), self._progress(READING_LABELS)
            labels = read_labels(given.path, target, given.format, progress=progress)
            edit, summary = import_edit(project, labels, ImportPolicy())
            project.apply(edit)
            told += [doubt.sentence for doubt in summary.doubts]
            told += [
                *summary.warnings,
                *(tr("left out: {text}", text=text) for text in summary.skipped),
            ]
        project.apply(prompt_edit(project, self.job.prompts))

    def _track(self, project: Project, engine: Engine) -> None:
        job = self.job
        request = plan_run(project, job.direction, first=job.start or 0, last=job.end)
        total = request.last - request.first + 1
        self.count.meter = RateMeter(total)
        tidying = Tidying(job.tidy)
        for step in engine.track(request, self._stopped):
            edit = run_edit(project, [tidying.step(project, step)])
            self._take(project, edit, step, counts=not step.revised)
            self._tell(self.count.frames, total, TRACKING)
        self.count.problems += [tidying.sentence] if tidying.sentence else []

    def _discover(
        self, project: Project, source: FrameSource, engine: Engine, search: Search
    ) -> None:
        job = self.job
        request = plan_discovery(project, job.direction, first=job.start or 0, last=job.end)
        total = request.last - request.first + 1
        finder = self.hands.finder(search, self.setup.device)
        self.count.meter = RateMeter(total)
        asked = Asked(finder, search.question, engine, search.choice)
        found, stopped = DiscoveryEdits(project), self._stopped
        for step in discover(project.snapshot(), source, request, search.rules, asked, stopped):
            if isinstance(step, Looking):
                self._tell(self.count.frames, total, LOOKING)
                continue
            self._take(project, found(project, [step]), step, counts=not step.traced)
            self._tell(self.count.frames, total, TRACKING)
        if not project.objects:
            self.count.problems.append(tr("Nothing was found; try a lower score or min_area."))

    def _take(
        self, project: Project, edit: Edit, step: TrackedFrame, *, counts: bool = True
    ) -> None:
        project.apply(edit)
        self.count.frames += counts
        self.count.meter.add(int(counts), time.monotonic())
        if step.problem is not None:
            self.count.problems.append(
                tr("Frame {frame}: {problem}", frame=step.frame, problem=step.problem)
            )

    def _progress(self, phase: str) -> Progress:
        def progress(done: int, total: int, what: str = "") -> None:
            self._go_on()
            self._tell(done, total, phase)

        return progress

    def _tell(self, done: int, total: int, what: str) -> None:
        rate = self.count.meter.rate if what in (TRACKING, LOOKING) else 0.0
        self.listener.tell(JobProgress(self.job.name, done, total, what, rate=rate))

    def _stopped(self) -> bool:
        return self.listener.stopped() or self.listener.wishes.is_cancelled(self.job.name)

    def _go_on(self) -> None:
        if self._stopped():
            raise Cancelled(tr("Stopped."))
