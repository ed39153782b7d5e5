"""What is known about each project of a batch before anything is written."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path

from pycocotools import mask as coco_mask

from vostool.errors import Cancelled, ExportError, ProjectFileError, SourceError
from vostool.io.batch.plan import Batch, BatchProject, OpenedProject, opened, sentence
from vostool.io.exports.dataset import make_dataset
from vostool.io.exports.exporters import find_formats
from vostool.io.exports.mask import ExportMask
from vostool.io.exports.plan import ExportPlan, make_plan
from vostool.io.exports.staging import Staging
from vostool.progress import Progress
from vostool.project.objects import DEFAULT_LABEL
from vostool.project.project_labels import is_unlabelled
from vostool.words import tr, trn


class ProblemKind(enum.Enum):
    """What is wrong with a project, as far as this export is concerned."""

    DAMAGED = "damaged"
    SOURCE = "source"
    PLACE = "place"
    UNFIT = "unfit"
    UNLABELLED = "unlabelled"
    UNCONFIRMED = "unconfirmed"
    EMPTY = "empty"
    OVERLAPS = "overlaps"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding.

    Attributes:
        text: a sentence for a person.
        blocking: the project cannot be written like this; the others can.
    """

    kind: ProblemKind
    text: str
    blocking: bool = False


@dataclass(frozen=True, slots=True)
class ProjectCheck:
    """One project before the run.

    Attributes:
        project: which one.
        name: unique in the batch.
        folder: where its formats are written to.
        frames: to be written, in each format.
        objects: chosen objects with at least one mask on these frames.
        masks: on these frames, after tidying.
        problems: worst first.
    """

    project: BatchProject
    name: str
    folder: Path
    frames: int = 0
    objects: int = 0
    masks: int = 0
    problems: tuple[Problem, ...] = ()

    @property
    def ready(self) -> bool:
        """True where nothing keeps the project from being written."""
        return not any(problem.blocking for problem in self.problems)

    @property
    def error(self) -> str:
        """Why it cannot be written, "" where it can."""
        return " ".join(problem.text for problem in self.problems if problem.blocking)


def check_project(batch: Batch, position: int, progress: Progress) -> ProjectCheck:
    """Look at one project of a batch; nothing is written, and an error becomes a finding.

    Args:
        progress: called with frames looked at; may raise ``Cancelled``.

    Raises:
        Cancelled: from ``progress``.
    """
    entry, name = batch.projects[position], batch.names()[position]
    folder = batch.folders()[position]
    findings = _Findings()
    try:
        with opened(entry, progress) as found:
            findings.problems += [Problem(ProblemKind.NOTE, text) for text in found.warnings]
            _look(batch, found, findings, progress)
    except Cancelled:
        raise
    except Exception as error:  # the other rows are looked at, whatever this one is made of
        findings.problems.append(Problem(_kind(error), sentence(error), blocking=True))
    findings.problems += _place_problems(batch, folder)
    problems = sorted(
        findings.problems, key=lambda p: (not p.blocking, list(ProblemKind).index(p.kind))
    )
    return ProjectCheck(
        entry, name, folder, findings.frames, len(findings.objects), findings.masks, tuple(problems)
    )


@dataclass
class _Findings:
    frames: int = 0
    masks: int = 0
    objects: set[int] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)
    unconfirmed: int = 0
    empty: int = 0
    overlaps: int = 0

    def add(self, kind: ProblemKind, text: str) -> None:
        self.problems.append(Problem(kind, text))


def _look(batch: Batch, found: OpenedProject, findings: _Findings, progress: Progress) -> None:
    options = batch.project_options()
    if batch.merge:
        # A label or an object need not be in each of the merged projects.
        try:
            plan = make_plan(found.project, found.source, options)
        except ExportError as error:
            findings.add(ProblemKind.UNFIT, tr("It is left out: {error}", error=error))
            return
    else:
        plan = make_dataset([found.item()], options).videos[0]
    findings.frames = len(plan.frames)
    _tell_labels(plan, findings)
    for text in plan.warnings:
        if "has no label" not in text:
            findings.add(ProblemKind.NOTE, text)
    forbidding = [entry.name for entry in find_formats(batch.formats) if not entry.overlaps]
    for done, index in enumerate(plan.frames):
        progress(done, len(plan.frames), tr("frame {index}", index=index))
        _look_at_frame(plan, index, bool(forbidding), findings)
    progress(len(plan.frames), len(plan.frames), "")
    _tell_counts(plan, forbidding, findings)


def _look_at_frame(plan: ExportPlan, index: int, forbidding: bool, findings: _Findings) -> None:
    records = [plan.project.masks.get(index, obj.id) for obj in plan.objects]
    known = [record for record in records if record is not None]
    findings.unconfirmed += any(not record.confirmed for record in known)
    findings.empty += sum(record.mask.is_empty for record in known)
    masks = plan.masks(index)
    findings.masks += len(masks)
    findings.objects.update(mask.object.id for mask in masks)
    findings.overlaps += forbidding and overlapping(masks)


def overlapping(masks: Sequence[ExportMask]) -> bool:
    """True where two of the masks share a pixel."""
    return any(_touch(one, other) for one, other in combinations(masks, 2))


def _touch(one: ExportMask, other: ExportMask) -> bool:
    (x0, y0, w0, h0), (x1, y1, w1, h1) = one.bbox, other.bbox
    if x0 >= x1 + w1 or x1 >= x0 + w0 or y0 >= y1 + h1 or y1 >= y0 + h0:
        return False
    codes = [one.record.mask.rle(), other.record.mask.rle()]
    return int(coco_mask.area(coco_mask.merge(codes, intersect=True))) > 0


def _tell_labels(plan: ExportPlan, findings: _Findings) -> None:
    unnamed = [str(obj.id) for obj in plan.objects if is_unlabelled(plan.project, obj)]
    if unnamed:
        findings.add(
            ProblemKind.UNLABELLED,
            trn(
                "Object {ids} has no label of its own: written as {label!r}.",
                "Objects {ids} have no label of their own: written as {label!r}.",
                len(unnamed),
                ids=_listed(unnamed),
                label=DEFAULT_LABEL,
            ),
        )


def _tell_counts(plan: ExportPlan, forbidding: Sequence[str], findings: _Findings) -> None:
    if findings.unconfirmed:
        findings.add(
            ProblemKind.UNCONFIRMED,
            tr(
                "{unconfirmed} of {frames} frames hold masks that are unconfirmed.",
                unconfirmed=findings.unconfirmed,
                frames=findings.frames,
            ),
        )
    if findings.empty:
        findings.add(
            ProblemKind.EMPTY,
            tr("{empty} masks are empty: the object counts as absent there.", empty=findings.empty),
        )
    idle = [str(obj.id) for obj in plan.objects if obj.id not in findings.objects]
    if idle:
        findings.add(
            ProblemKind.EMPTY,
            trn(
                "Object {ids} has no mask on the frames to write.",
                "Objects {ids} have no mask on the frames to write.",
                len(idle),
                ids=_listed(idle),
            ),
        )
    if findings.overlaps:
        findings.add(
            ProblemKind.OVERLAPS,
            tr(
                "Objects overlap on {overlaps} frames, where {names} can keep only one of them.",
                overlaps=findings.overlaps,
                names=", ".join(forbidding),
            ),
        )


def _listed(ids: Sequence[str], limit: int = 8) -> str:
    more = tr(" and {count} more", count=len(ids) - limit) if len(ids) > limit else ""
    return ", ".join(ids[:limit]) + more


def _place_problems(batch: Batch, folder: Path) -> list[Problem]:
    """What keeps the destination from being written to; nothing is made."""
    try:
        Staging(folder, batch.formats, batch.options.overwrite)
    except ExportError as error:
        return [Problem(ProblemKind.PLACE, str(error), blocking=True)]
    except OSError as error:
        return [Problem(ProblemKind.PLACE, sentence(error), blocking=True)]
    return []


def _kind(error: Exception) -> ProblemKind:
    if isinstance(error, SourceError):
        return ProblemKind.SOURCE
    if isinstance(error, ProjectFileError | OSError):
        return ProblemKind.DAMAGED
    return ProblemKind.UNFIT
