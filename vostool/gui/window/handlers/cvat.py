"""What the window does with CVAT jobs: opening one, pushing it, and asking which frames to redo."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PyQt6.QtWidgets import QInputDialog

from vostool.errors import PromptError, UsageError
from vostool.gui.cvat.open_dialog import CvatOpenDialog
from vostool.gui.cvat.push_dialog import CvatPushDialog
from vostool.io.cvat_server.job import project_job
from vostool.project.project import Project
from vostool.runs.keyframes import Span, again_spans, initial_spans, next_step, remaining_spans

if TYPE_CHECKING:
    from vostool.gui.window.workbench import Workbench


def open_job(bench: Workbench) -> None:
    """Ask for a job and open it."""

    def before_pull(folder: Path, anew: bool) -> bool:
        workspace = bench.workspace
        if workspace is None or not workspace.is_of(folder):
            return True
        if anew:  # one process can hold a project once
            bench.close_workspace()
        return anew

    dialog = CvatOpenDialog(before_pull, bench.window)
    dialog.exec()
    made = dialog.chosen
    dialog.deleteLater()
    if made is not None:
        bench.open_path(made.folder)
        if made.notes:
            bench.window.show_problem("Not all of the job came in", "\n".join(made.notes))


def push_job(bench: Workbench) -> None:
    """Show what a push would change, and push."""
    workspace = bench.workspace
    if workspace is None:
        return
    job = project_job(workspace.document.project)
    if job is None:
        bench.report("This project was not pulled from a CVAT job.")
    elif workspace.session.is_tracking:
        bench.report("A track run is going on; wait for it or cancel it with Esc before pushing.")
    else:
        dialog = CvatPushDialog(workspace.document, job, workspace.storage.flush, bench.window)
        dialog.exec()
        dialog.deleteLater()


def track_initial(bench: Workbench) -> None:
    """Through the whole job, restarting at every annotated frame."""
    _track(bench, initial_spans)


def track_reuse(bench: Workbench) -> None:
    """What :func:`track_initial` would still do, from the last results."""

    def spans(project: Project) -> list[Span]:
        found = remaining_spans(project)
        if not found:
            raise PromptError("Every frame has its masks; nothing is left to track.")
        return found

    _track(bench, spans)


def track_again(bench: Workbench) -> None:
    """From chosen frames to the next annotated ones."""
    if bench.workspace is None:
        return
    here = bench.workspace.session.playhead
    text, accepted = QInputDialog.getText(
        bench.window,
        "Track again from frames",
        "Frames, counted from 0; each is tracked to the next annotated one or to the end:",
        text=str(here),
    )
    if accepted:
        _track(bench, lambda project: again_spans(project, _frames(text)))


def track_step(bench: Workbench) -> None:
    """One frame further than the playhead, which follows, so that the person can look at it."""
    workspace = bench.workspace
    if workspace is None:
        return
    here = workspace.session.playhead
    if _track(bench, lambda project: [next_step(project, here)]):
        workspace.session.go_to(here + 1)


def _track(bench: Workbench, spans: Callable[[Project], list[Span]]) -> bool:
    if bench.workspace is None:
        return False
    workspace = bench.workspace
    try:
        return workspace.tracking.spans(spans(workspace.document.project))
    except (PromptError, UsageError) as error:
        bench.report(str(error))
        return False


def _frames(text: str) -> list[int]:
    parts = [part for part in re.split(r"[\s,;]+", text.strip()) if part]
    if not parts or not all(part.isdecimal() for part in parts):
        raise UsageError(f"'{text}' is no list of frames; type them as 0, 120, 300.")
    return [int(part) for part in parts]
