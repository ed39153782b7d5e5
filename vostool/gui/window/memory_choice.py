"""By what memory the runs of the open project go on: chosen for it, and shown."""

from __future__ import annotations

from vostool.errors import UsageError
from vostool.gui.window.workbench import Workbench
from vostool.gui.window.workspace import Workspace
from vostool.models.memory_kinds import Memory, check_memory
from vostool.runs.request import choose_memory, memory_of


def show_memory(bench: Workbench, workspace: Workspace) -> None:
    """Show what a project that was opened is tracked with."""
    bench.window.memory.show_memory(memory_of(workspace.document.project))


def use_memory(bench: Workbench, memory: Memory, workspace: Workspace) -> None:
    """Let the project's runs remember so from the next one on, where the engine can.

    It travels with the project, and is no undo step.
    """
    info = bench.worker.info
    try:
        if info is not None:
            check_memory(memory, info.memories, info.title)
        edit = choose_memory(workspace.document.project, memory)
        if edit.changes:
            workspace.document.note(edit)
    except UsageError as error:
        workspace.session.problem.emit(str(error))
    show_memory(bench, workspace)
