"""Keeps the window's views in step with the workspace: what changed is all that is repainted."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from pathlib import Path

from PyQt6.QtCore import QObject, QPoint, pyqtBoundSignal
from PyQt6.QtGui import QKeySequence

from vostool.gui.canvas.gestures import Gestures
from vostool.gui.objects.actions import ObjectActions
from vostool.gui.session.frame_range import FrameRange
from vostool.gui.window.find_view import FindView
from vostool.gui.window.history import HistoryView
from vostool.gui.window.main_window import MainWindow
from vostool.gui.window.offers import Offers
from vostool.gui.window.review_view import ReviewView
from vostool.gui.window.run_view import RunView
from vostool.gui.window.start.recent import remember_opened
from vostool.gui.window.workspace import Workspace
from vostool.project.changes import Changes, Edit
from vostool.project.effect import Effect
from vostool.project.history import Step
from vostool.runs.parts import RunProgress
from vostool.words import counted, mark, tr

NOT_STORED = mark("Changes are not stored")


class Views(QObject):
    """The connections between one window and one workspace."""

    def __init__(self, window: MainWindow, workspace: Workspace) -> None:
        super().__init__()
        self._window = window
        self._workspace = workspace
        self._review: ReviewView | None = None
        self._find: FindView | None = None
        self._offers: Offers | None = None
        self._runs: RunView | None = None
        self._history: HistoryView | None = None
        self._told: Step | None = None
        self._gestures: Gestures | None = None
        session = workspace.session
        workspace.tracking.scope = window.scope.value
        session.clicks.tidy = window.actions_by_id["tidy_new"].isChecked()
        session.clicks.told.connect(window.show_status)
        session.solo = window.actions_by_id["solo"].isChecked()
        workspace.selection.loop = window.actions_by_id["loop"].isChecked()
        self._connect_workspace()
        self._window_connections: tuple[tuple[pyqtBoundSignal, Callable[..., object]], ...] = (
            (window.timeline.scrubbed, session.go_to),
            (window.timeline.stepped, session.step),
            (window.timeline.object_pressed, session.select),
            (window.timeline.range_dragged, workspace.selection.select),
            (window.timeline.block_dragged, self._block_dragged),
            (window.transport.frame_entered, session.go_to),
            (window.objects.selected, session.select),
            (window.objects.add_requested, session.add_object),
            *self._list_connections(),
        )
        for signal, slot in self._window_connections:
            signal.connect(slot)

    def show(self) -> Iterator[None]:
        """Fill the views one by one; the event loop may run in between."""
        window, workspace = self._window, self._workspace
        window.timeline.set_project(workspace.document.project, workspace.source.time)
        window.dock_sizes.fit_rows(len(workspace.document.project.objects))
        yield
        window.objects.set_document(workspace.document)
        yield
        self._object_selected(workspace.session.current_object)
        yield
        self._review = ReviewView(window, workspace)
        yield
        window.transport.set_length(len(workspace.source))
        self._playhead_moved(workspace.session.playhead)
        window.canvas.show_message("")
        window.set_title(workspace.document.project.source.path, workspace.storage.path)
        self._update_history()
        self._runs = RunView(window, workspace)  # which hears of a press before the tools do
        self._history = HistoryView(window.history, workspace)
        self._gestures = Gestures(window.canvas, workspace)
        self._find = FindView(window, workspace)
        window.tool_strip.next_label.set_session(workspace.session)
        self._offers = Offers(window, workspace)
        window.view_side.open(workspace)
        yield
        workspace.display.refresh()  # now that every view that shows its first frame listens

    def close(self) -> None:
        """Disconnect, and show that nothing is open."""
        if self._offers is not None:
            self._offers.close()
        if self._runs is not None:
            self._runs.close()
        if self._history is not None:
            self._history.close()
        if self._find is not None:
            self._find.close()
        if self._gestures is not None:
            self._gestures.close()
        if self._review is not None:
            self._review.close()
        self._window.tool_strip.next_label.set_session(None)
        for signal, slot in self._window_connections:
            signal.disconnect(slot)
        # The last frames of a run still reach the document when the workspace closes.
        self._workspace.document.changed.disconnect(self._document_changed)
        self._workspace.document.history_changed.disconnect(self._update_history)
        self._workspace.session.run_progressed.disconnect(self._run_progressed)
        self._workspace.selection.changed.disconnect(self._range_changed)
        window = self._window
        window.timeline.set_project(None)
        window.objects.set_document(None)
        window.transport.set_length(0)
        window.canvas.clear_picture()
        window.status.busy_label.clear()
        window.set_title(None, None)
        window.enable_actions(source=False, selected=False, running=False)
        window.view_side.close()
        window.block_bar.hide()

    def remind(self) -> None:
        """Offer what was left undone when the video was closed or the process ended."""
        if self._offers is not None:
            self._offers.remind()

    def _list_connections(self) -> tuple[tuple[pyqtBoundSignal, Callable[..., object]], ...]:
        """What the object list asks for, and what answers it."""
        objects, window, session = self._window.objects, self._window, self._workspace.session

        def on(ids: Collection[int]) -> ObjectActions:
            return ObjectActions(session, ids, window)

        return (
            (objects.chosen_changed, session.choose),
            (objects.delete_requested, lambda ids: on(ids).delete()),
            (objects.visibility_wanted, lambda ids, value: on(ids).show(value)),
            (objects.lock_wanted, lambda ids, value: on(ids).lock(value)),
            (objects.attribute_wanted, lambda ids, *given: on(ids).set_attribute(*given)),
            (objects.change_unwanted, lambda ids, *given: on(ids).clear_change(*given)),
            (objects.attributes.frame_wanted, self._workspace.session.go_to),
        )

    def _connect_workspace(self) -> None:
        workspace, window = self._workspace, self._window
        session, storage = workspace.session, workspace.storage
        session.playhead_moved.connect(self._playhead_moved)
        session.object_selected.connect(self._object_selected)
        session.busy.connect(self._show_busy)
        session.clicks.recalling.connect(self._show_recalling)
        session.run_progressed.connect(self._run_progressed)
        session.run_ended.connect(self._update_actions)
        session.chosen_changed.connect(self._chosen_changed)
        session.problem.connect(window.show_hint)
        workspace.document.did.connect(self._tell_effect)
        workspace.document.changed.connect(self._document_changed)
        workspace.document.history_changed.connect(self._update_history)
        workspace.player.playing_changed.connect(window.refresh_icons)
        workspace.player.speed_changed.connect(self._speed_changed)
        workspace.selection.changed.connect(self._range_changed)
        workspace.display.broke.connect(window.show_hint)
        storage.problem.connect(self._show_storage)
        storage.saved.connect(self._saved)
        storage.failed.connect(
            lambda text: window.show_problem(tr("The project was not saved"), text)
        )

    def _playhead_moved(self, frame: int) -> None:
        self._window.timeline.set_playhead(frame)
        self._window.objects.attributes.show_frame(frame)
        self._window.transport.set_position(frame, self._workspace.source.time(frame))

    def _object_selected(self, object_id: int | None) -> None:
        self._window.objects.set_current(object_id)
        self._window.timeline.set_current_object(object_id)
        self._chosen_changed()
        self._update_actions()

    def _chosen_changed(self) -> None:
        self._window.timeline.set_selected_objects(self._workspace.session.chosen)

    def _tell_effect(self, step: Step, edit: Edit) -> None:
        """Say what an edit took away or says of itself, with Undo while it is the last step."""
        sentence = edit.said or Effect.of(edit).sentence(edit.title)
        if sentence is None:
            return
        if self._window.notice.show_done(sentence, tr("Undo"), self._workspace.session.undo):
            self._told = step
        else:
            self._window.show_status(sentence, 15000)

    def _range_changed(self, chosen: FrameRange | None) -> None:
        objects = self._workspace.selection.objects
        self._window.timeline.set_range(chosen, objects)
        if objects is None:
            self._window.block_bar.hide()
        self._update_actions()

    def _block_dragged(self, first: int, last: int, ids: list[int], at: QPoint) -> None:
        self._workspace.selection.select(first, last, ids)
        scene = self._window.timeline.scene()
        if scene is not None:
            frames = counted(abs(last - first) + 1, "frame")
            self._window.block_bar.show_block(f"{scene.range_words}, {frames}", at)

    def _speed_changed(self, speed: int) -> None:
        if speed != 1:
            way = "" if speed > 0 else tr(" backward")
            self._window.show_status(
                tr("Playing{way} at {speed} times the rate.", way=way, speed=abs(speed)), 3000
            )

    def _document_changed(self, changes: Changes) -> None:
        self._window.timeline.apply(changes)
        if changes.objects:
            self._window.dock_sizes.follow_rows(len(self._workspace.document.project.objects))
        self._window.objects.apply(changes, self._workspace.session.current_object)

    def _update_actions(self) -> None:
        session = self._workspace.session
        self._window.enable_actions(
            source=True,
            selected=session.current_object is not None,
            running=session.is_tracking,
            job=session.source.info.kind == "cvat",
            ranged=self._workspace.selection.value is not None,
        )
        self._update_history()

    def _update_history(self) -> None:
        history = self._workspace.document.history
        actions = self._window.actions_by_id
        for name, title in (("undo", history.undo_title), ("redo", history.redo_title)):
            actions[name].setEnabled(title is not None)
            verb = tr(name.capitalize())
            named = f"{verb} {title.lower()}" if title else verb
            actions[name].setText(named)
            actions[name].setIconText(verb)
            keys = actions[name].shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            actions[name].setToolTip(f"{named} ({keys})" if keys else named)
        if self._told is not None and history.last is not self._told:
            self._told = None
            if self._window.notice.action_button.isVisible():
                self._window.notice.dismiss()

    def _show_storage(self, sentence: str | None) -> None:
        if sentence is None:
            self._window.notice.withdraw(tr(NOT_STORED))
            self._window.show_status(tr("Saving works again."), 15000)
        else:
            self._window.show_problem(tr(NOT_STORED), sentence)

    def _show_busy(self, busy: bool) -> None:
        many = self._workspace.session.clicks.count
        what = tr("{many} masks", many=many) if many > 1 else tr("the mask")
        self._window.status.busy_label.setText(
            tr("● working on {what}…", what=what) if busy else ""
        )

    def _show_recalling(self, going: bool) -> None:
        activity = self._window.status.activity
        if going:
            activity.begin("recall", tr("Reading the frames around the correction"))
        else:
            activity.end("recall")

    def _run_progressed(self, progress: RunProgress) -> None:
        if progress.done == 0:
            self._update_actions()

    def _saved(self, path: Path) -> None:
        self._window.set_title(self._workspace.document.project.source.path, path)
        self._window.show_status(tr("Saved as {path}.", path=path))
        remember_opened(path)
