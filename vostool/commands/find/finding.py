"""The run of `vostool find`: stored step by step, with progress, and told in sentences."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from vostool.commands import output
from vostool.commands.tracking import Changed, values
from vostool.models.engine import TrackRequest
from vostool.project.project import Project
from vostool.runs.discovery.edit import DiscoveryEdits
from vostool.runs.discovery.values import (
    Again,
    DiscoveryRules,
    Found,
    Grown,
    Looking,
    SeenAgain,
    Step,
)
from vostool.words import counted


@dataclass
class Finding:
    """How a run went.

    Attributes:
        edits: what was found, and what is asked.
        frames: worked on, those of the way back not counted.
        masks: written.
        seconds: the run took.
        problems: one sentence for each frame that could not be worked on.
    """

    edits: DiscoveryEdits
    frames: int = 0
    masks: set[tuple[int, int]] = field(default_factory=set)
    seconds: float = 0.0
    cancelled: bool = False
    problems: list[str] = field(default_factory=list)

    @property
    def found(self) -> list[Found]:
        """The new objects, with the project's ids."""
        return [said for said in self.edits.news if isinstance(said, Found)]

    @property
    def again(self) -> list[SeenAgain]:
        """What may be an object that was lost."""
        return [said for said in self.edits.news if isinstance(said, SeenAgain)]


def find(
    project: Project,
    steps: Iterator[Step],
    finding: Finding,
    total: int,
    *,
    changed: Changed,
    cancelled: Callable[[], bool],
    quiet: bool,
) -> None:
    """Store every step as it comes.

    Raises:
        ModelError, PromptError, UsageError: from the run; what was done before is in the project.
    """
    start = time.monotonic()
    with output.bar(total, "Looking", "frame", quiet) as bar:
        for step in steps:
            if isinstance(step, Looking):
                bar.set_postfix_str(f"looking at {step.frame}, {step.done}/{step.total}")
                continue
            edit = finding.edits(project, [step])
            project.apply(edit)
            changed(values(edit))
            finding.masks.update(c.cell.key for c in edit.changes if isinstance(c.cell.key, tuple))
            if step.problem is not None:
                finding.problems.append(f"Frame {step.frame}: {step.problem}")
            if not step.traced:
                finding.frames += 1
                bar.update()
            bar.set_postfix_str(counted(len(finding.found), "object"))
    finding.cancelled = cancelled()
    finding.seconds = time.monotonic() - start


def steps_of(request: TrackRequest, rules: DiscoveryRules, tracks: bool) -> int:
    """How many steps such a run has, those of the way back not counted."""
    frames = range(request.origin, request.last + 1)
    if tracks:
        return len(frames)
    return sum(rules.looks_at(frame, request.origin) for frame in frames)


def sentences(finding: Finding, project: Project) -> list[str]:
    """What was found, a line each."""
    lines = []
    for said in finding.found:
        known = project.objects.get(said.object_id)
        name = "" if known is None else f" '{known.label}'"
        seen = [
            frame
            for frame, record in project.masks.row(said.object_id).items()
            if not record.mask.is_empty
        ]
        span = f", seen on {counted(len(seen), 'frame')}" if len(seen) > 1 else ""
        lines.append(f"object {said.object_id}{name}: found on frame {said.frame}{span}")
    lines += [again_sentence(said) for said in finding.again]
    grown = [said for said in finding.edits.news if isinstance(said, Grown)]
    return lines + [
        f"frame {said.frame}: object {said.object_id} had been followed in part and is whole again"
        for said in grown
    ]


def again_sentence(said: SeenAgain) -> str:
    """What was seen again, and what became of it."""
    became = {
        Again.JOIN: f"goes on as object {said.object_id}",
        Again.ASK: "it was left out; --seen-again join or new takes it",
        Again.NEW: f"it is object {said.new_id}, which can be merged with it",
    }[said.answer]
    return (
        f"frame {said.frame}: this may be object {said.object_id} again "
        f"(likeness {said.likeness:.2f}); {became}"
    )
