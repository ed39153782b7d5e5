"""The demo's first mask as a picture, and how fast the engine is here."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Literal

from vostool.commands.contact_sheet import write_contact_sheet
from vostool.commands.workspace import opened
from vostool.jobs.prompting import PromptSpecs, prompt_edit
from vostool.models.engine import Direction
from vostool.models.engine_options import EngineOptions
from vostool.models.registry import create_engine
from vostool.runs.request import plan_run, run_edit

ENCODER: Literal["torch"] = "torch"
"""OpenVINO's encoder is first converted, which takes 15 to 30 s for each size of picture; that is
more than it saves on clips as short as the demo's."""
_TIMED_FRAMES = 3
_PATIENCE = 8.0


def first_look(
    engine_name: str,
    video: Path,
    prompts: PromptSpecs,
    picture: Path,
    *,
    written: Callable[[], None],
    timed: bool,
    quiet: bool,
) -> float:
    """Write the first frame with its mask as a PNG, and see how long the next frames take.

    Args:
        prompts: with at least one on frame 0.
        written: called as soon as the picture is there.
        timed: go on after it; a clip has to have more than one frame for it.

    Returns:
        Seconds a frame, over at most three frames and about eight seconds; 0 where not timed.

    Raises:
        SourceError, ModelError, PromptError, ExportError: one sentence each.
    """
    options = EngineOptions(encoder=ENCODER)
    with (
        opened(video, quiet=quiet) as space,
        closing(create_engine(engine_name, options=options)) as engine,
    ):
        space.project.apply(prompt_edit(space.project, prompts))
        last = _TIMED_FRAMES if timed else 0
        request = plan_run(space.project, Direction.FORWARD, first=0, last=last)
        engine.open(space.source)
        start, done = 0.0, 0
        for step in engine.track(request, lambda: False):
            space.project.apply(run_edit(space.project, [step]))
            if start:
                done += 1
            else:
                write_contact_sheet(space.project, space.source, picture, count=1)
                written()
                start = time.monotonic()
            if time.monotonic() - start > _PATIENCE:
                break
        return (time.monotonic() - start) / done if done else 0.0
