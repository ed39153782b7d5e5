"""Asks a person, one after the other, whether what a run found is an object that was lost, and
offers the rest of a run that was stopped."""

from __future__ import annotations

from PyQt6.QtCore import QObject
from PyQt6.QtWidgets import QMessageBox

from vostool.gui.window.main_window import MainWindow
from vostool.gui.window.workspace import Workspace
from vostool.runs.discovery.values import SeenAgain
from vostool.words import counted, tr


class Offers(QObject):
    """Shows each offer on its frame, and holds up nothing."""

    def __init__(self, window: MainWindow, workspace: Workspace) -> None:
        super().__init__()
        self._window, self._workspace = window, workspace
        self._box: QMessageBox | None = None
        workspace.session.run_ended.connect(self._run_ended)
        workspace.discovering.loading.connect(self._loading)

    def close(self) -> None:
        """Ask no more."""
        self._workspace.session.run_ended.disconnect(self._run_ended)
        self._workspace.discovering.loading.disconnect(self._loading)
        self._window.status.activity.end("discovery")
        self._drop()

    def remind(self) -> None:
        """A run that was stopped by closing or by the end of the process can go on, and what waited
        for it; else what an earlier run asked waits for an answer."""
        workspace, notice = self._workspace, self._window.notice
        tracking, project = workspace.tracking, workspace.document.project
        rest, waited = tracking.unfinished(), len(tracking.still_to_do())
        asked = len(workspace.discovering.offers)
        said = []
        if rest is not None:
            frames, waited = sum(part.frames for part in rest.parts(project)), waited - 1
            where = (
                tr("before its first frame") if rest.at is None else tr("at frame {at}", at=rest.at)
            )
            looks = "" if rest.discovery is None else tr(" that looked for new objects")
            said.append(
                tr(
                    "A track run{looks} was stopped {where}, with {frames} to go.",
                    looks=looks,
                    where=where,
                    frames=counted(frames, "frame"),
                )
            )
        if waited:
            said.append(tr("{runs} had not begun.", runs=counted(waited, "run")))
        if said:
            notice.show_done(" ".join(said), tr("Go on"), self._go_on)
        elif asked:
            things = counted(asked, "thing")
            notice.show_done(
                tr("A run found {things} that may be an object that was lost.", things=things),
                tr("Look"),
                self._ask,
            )

    def _go_on(self) -> None:
        tracking, discovering = self._workspace.tracking, self._workspace.discovering
        rest, todo = tracking.unfinished(), tracking.still_to_do()
        if rest is not None and rest.discovery is not None:
            discovering.go_on(rest, lambda: tracking.go_on_with(todo))
        else:
            tracking.go_on_with(todo)

    def _loading(self, what: str) -> None:
        if what:
            self._window.status.activity.begin("discovery", what)
        else:
            self._window.status.activity.end("discovery")

    def _run_ended(self, _said: str) -> None:
        if self._workspace.discovering.said:
            self._window.show_status(self._workspace.discovering.said, 15000)
            self._ask()

    def _ask(self) -> None:
        offers = self._workspace.discovering.offers
        if self._box is not None or not offers:
            return
        offer = offers[0]
        self._workspace.session.go_to(offer.frame)
        known = self._workspace.document.project.objects.get(offer.object_id)
        name = tr("object {object_id}", object_id=offer.object_id) + (
            f" ({known.label})" if known is not None else ""
        )
        x, y, wide, high = offer.mask.bbox
        box = QMessageBox(self._window)
        box.setModal(False)
        box.setWindowTitle(tr("Seen again?"))
        box.setText(
            tr(
                "What is seen on frame {frame} at {x}, {y} may be {name} "
                "again, which was lost (likeness {likeness:.0%}).",
                frame=offer.frame,
                x=x + wide // 2,
                y=y + high // 2,
                name=name,
                likeness=offer.likeness,
            )
        )
        same = box.addButton(
            tr("It is object {object_id}", object_id=offer.object_id),
            QMessageBox.ButtonRole.AcceptRole,
        )
        other = box.addButton(tr("A new object"), QMessageBox.ButtonRole.ActionRole)
        box.addButton(tr("Leave it"), QMessageBox.ButtonRole.RejectRole)
        box.finished.connect(lambda _: self._answered(box, offer, same, other))
        self._box = box
        box.open()

    def _answered(self, box: QMessageBox, offer: SeenAgain, same: object, other: object) -> None:
        if self._box is not box:
            return
        clicked = box.clickedButton()
        decided = True if clicked is same else False if clicked is other else None
        self._workspace.discovering.answer(offer, same=decided)
        self._drop()
        self._ask()

    def _drop(self) -> None:
        box, self._box = self._box, None
        if box is not None:
            box.close()
            box.deleteLater()
