"""Opens the label manager and takes what it decides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial

from vostool.errors import VosToolError
from vostool.gui.objects.label_dialog import LabelDialog
from vostool.gui.session.label_memory import remember_labels, remembered_labels
from vostool.gui.session.session import Session
from vostool.gui.window.workbench import Workbench
from vostool.project.label_edits import LabelChange, change_labels
from vostool.project.project_labels import project_labels


def show_labels(bench: Workbench) -> LabelDialog:
    """The labels of the open project, or else those of new projects."""
    if bench.workspace is None:
        dialog = LabelDialog(remembered_labels(), {}, bench.window, of_project=False)
        dialog.decided.connect(_remember)
    else:
        session = bench.workspace.session
        project = session.document.project
        used = Counter(known.label for known in project.objects.values())
        dialog = LabelDialog(project_labels(project), used, bench.window)
        dialog.decided.connect(partial(_take, session))
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()
    return dialog


def _take(
    session: Session, changes: Sequence[LabelChange], joined: Mapping[str, str], remember: bool
) -> None:
    try:
        session.do(change_labels(session.document.project, changes, joined))
    except VosToolError as error:  # the project changed while the dialog was open
        session.problem.emit(str(error))
        return
    if remember:
        _remember(changes, joined, remember)


def _remember(changes: Sequence[LabelChange], _joined: object, _wanted: bool) -> None:
    remember_labels([change.label for change in changes])
