"""What the File menu does with CVAT jobs: opening one, and pushing it."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from vostool.gui.cvat.open_dialog import CvatOpenDialog
from vostool.gui.cvat.push_dialog import CvatPushDialog
from vostool.gui.window.handlers.guard import Handler, WhenOpen
from vostool.gui.window.workbench import Workbench
from vostool.gui.window.workspace import Workspace
from vostool.io.cvat_server.job import project_job
from vostool.words import tr


def cvat_handlers(bench: Workbench) -> dict[str, Handler]:
    """Both ask the server in a dialog of their own."""
    return {
        "cvat_open": partial(_open_job, bench),
        "cvat_push": WhenOpen(bench)(partial(_push_job, bench)),
    }


def _open_job(bench: Workbench) -> None:
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
            bench.window.show_problem(tr("Not all of the job came in"), "\n".join(made.notes))


def _push_job(bench: Workbench, workspace: Workspace) -> None:
    """Show what a push would change, and push."""
    job = project_job(workspace.document.project)
    if job is None:
        bench.report(tr("This project was not pulled from a CVAT job."))
    elif workspace.session.is_tracking:
        bench.report(
            tr("A track run is going on; wait for it or cancel it with Esc before pushing.")
        )
    else:
        dialog = CvatPushDialog(workspace.document, job, workspace.storage.flush, bench.window)
        dialog.exec()
        dialog.deleteLater()
