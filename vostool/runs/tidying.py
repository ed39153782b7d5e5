"""Specks and pinholes of answers to a person's prompts: the same rule in the window and without."""

from __future__ import annotations

from dataclasses import dataclass, replace

from vostool.masks.mask import Mask
from vostool.masks.tidying import Tidied, tidied, what_went
from vostool.models.engine import TrackedFrame
from vostool.project.project import Project
from vostool.project.prompts import Prompts
from vostool.words import counted, tr


def tidied_answer(prompts: Prompts, mask: Mask) -> Tidied:
    """The mask that answers prompts without specks and pinholes, but for what was clicked."""
    inside, outside = (
        [(p.x, p.y) for p in prompts.points if p.positive is sign] for sign in (True, False)
    )
    return tidied(mask, inside, outside)


@dataclass
class Tidying:
    """Tidies what a run answers to clicks and boxes, as the window does with each click.

    What is tracked on other frames stays as it is.

    Attributes:
        wanted: False leaves every mask as the engine made it.
        specks, pinholes: how many went.
        masks: of how many masks.
    """

    wanted: bool = True
    specks: int = 0
    pinholes: int = 0
    masks: int = 0

    def step(self, project: Project, step: TrackedFrame) -> TrackedFrame:
        """The step with its answers tidied."""
        if not self.wanted:
            return step
        replies = {}
        for oid, reply in step.replies.items():
            prompts = project.prompts.get((step.frame, oid))
            if prompts is not None and prompts.mask is None and (prompts.points or prompts.box):
                done = tidied_answer(prompts, reply.mask)
                if done:
                    self.specks += done.specks
                    self.pinholes += done.pinholes
                    self.masks += 1
                    replies[oid] = replace(reply, mask=done.mask)
        return replace(step, replies={**step.replies, **replies}) if replies else step

    @property
    def sentence(self) -> str:
        """What went, "" where nothing did."""
        gone = what_went(self.specks, self.pinholes)
        if not gone:
            return ""
        return tr(
            "{gone} of {masks} answering prompts dropped.",
            gone=gone,
            masks=counted(self.masks, "mask"),
        )
