"""Track runs over spans that begin at annotated frames, such as those of a whole CVAT job."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

from PyQt6.QtWidgets import QInputDialog

from vostool.errors import PromptError, UsageError
from vostool.gui.window.handlers.guard import Handler, WhenOpen
from vostool.gui.window.main_window import MainWindow
from vostool.gui.window.workbench import Workbench
from vostool.gui.window.workspace import Workspace
from vostool.project.project import Project
from vostool.runs.keyframes import Span, again_spans, initial_spans, next_step, remaining_spans
from vostool.words import tr


def span_handlers(bench: Workbench) -> dict[str, Handler]:
    """A part of the Track menu."""
    window, when_open = bench.window, WhenOpen(bench)
    return {
        "track_initial": when_open(lambda w: _track(window, w, initial_spans)),
        "track_again": when_open(partial(_again, window)),
        "track_reuse": when_open(lambda w: _track(window, w, _spans_left)),
        "track_step": when_open(partial(_step, window)),
    }


def _again(window: MainWindow, workspace: Workspace) -> None:
    """From chosen frames to the next annotated ones."""
    text, accepted = QInputDialog.getText(
        window,
        tr("Track again from frames"),
        tr("Frames, counted from 0; each is tracked to the next annotated one or to the end:"),
        text=str(workspace.session.playhead),
    )
    if accepted:
        _track(window, workspace, lambda project: again_spans(project, _frames(text)))


def _step(window: MainWindow, workspace: Workspace) -> None:
    """One frame further than the playhead, which follows, so that the person can look at it."""
    here = workspace.session.playhead
    if _track(window, workspace, lambda project: [next_step(project, here)]):
        workspace.session.go_to(here + 1)


def _spans_left(project: Project) -> list[Span]:
    """What a run from all annotated frames would still do, from the last results."""
    found = remaining_spans(project)
    if not found:
        raise PromptError(tr("Every frame has its masks; nothing is left to track."))
    return found


def _track(
    window: MainWindow, workspace: Workspace, spans: Callable[[Project], list[Span]]
) -> bool:
    try:
        return workspace.tracking.spans(spans(workspace.document.project))
    except (PromptError, UsageError) as error:
        window.show_hint(str(error))
        return False


def _frames(text: str) -> list[int]:
    parts = [part for part in re.split(r"[\s,;]+", text.strip()) if part]
    if not parts or not all(part.isdecimal() for part in parts):
        raise UsageError(tr("'{text}' is no list of frames; type them as 0, 120, 300.", text=text))
    return [int(part) for part in parts]
