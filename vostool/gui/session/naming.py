"""Which object a person may want to name now, and what its names are."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PyQt6.QtCore import QObject, pyqtSignal

from vostool.errors import PromptError
from vostool.gui.session.label_memory import recent_labels, remember_recent
from vostool.gui.session.player import Player
from vostool.gui.session.session import Session
from vostool.project.changes import Changes
from vostool.project.object_naming import known_names, label_objects, offered_names
from vostool.project.project_labels import is_unlabelled


class Naming(QObject):
    """Offers a name for each new object, and for one without a name that is chosen.

    Whatever else a person does ends the offer, and costs nothing.

    Attributes:
        wanted: id of the object, or None.
        typing: True while a name is being typed for it.

    Signals:
        changed(): another object is meant, or it has another name.
    """

    changed = pyqtSignal()

    def __init__(self, session: Session, player: Player) -> None:
        super().__init__()
        self.wanted: int | None = None
        self.typing = False
        self._session = session
        self._walk: tuple[Sequence[int], Callable[[], object] | None] = ([], None)
        session.object_made.connect(self._offer)
        session.object_selected.connect(self._selected)
        session.playhead_moved.connect(self._leave)
        session.run_progressed.connect(self._leave)
        session.document.changed.connect(self._follow)
        player.playing_changed.connect(self._leave)

    @property
    def is_unlabelled(self) -> bool:
        """True where the object that is meant has no name yet."""
        project = self._session.document.project
        known = project.objects.get(self.wanted or 0)
        return known is not None and is_unlabelled(project, known)

    @property
    def offered(self) -> tuple[str, ...]:
        """The names that the keys 1 to 9 stand for."""
        return offered_names(self._session.document.project, recent_labels())

    @property
    def known(self) -> tuple[str, ...]:
        """All names there are to choose from."""
        return known_names(self._session.document.project, recent_labels())

    def type_name(self) -> None:
        """The name is typed now; the object may be let go of meanwhile."""
        if self.wanted is not None:
            self.typing = True
            self.changed.emit()

    def name(self, label: str) -> None:
        """Give the object this name, as one undo step, and go on with the next where there is."""
        oid, (rest, then) = self.wanted, self._walk
        self.leave()
        if oid is None:
            return
        try:
            edit = label_objects(self._session.document.project, [oid], label)
        except PromptError as error:
            self._session.problem.emit(str(error))
            return
        self._session.do(edit)
        remember_recent(label.strip())
        if then is not None:
            self.go_through(rest, then)

    def go_through(self, object_ids: Sequence[int], then: Callable[[], object]) -> None:
        """Show one object after the other and ask for its name; whatever else is done ends it.

        Args:
            object_ids: those that are named when their turn comes are asked about all the same.
            then: called when all have been named.
        """
        rows = {oid: self._session.document.project.masks.row(oid) for oid in object_ids}
        left = [oid for oid in object_ids if rows[oid]]
        if not left:
            then()
            return
        first = left[0]
        here = self._session.playhead
        self._session.go_to(here if here in rows[first] else min(rows[first]))
        self._session.select(first)
        self.offer(first)
        self._walk = (left[1:], then)
        self.type_name()

    def leave(self) -> None:
        """Offer nothing."""
        self._walk = ([], None)
        if self.wanted is not None:
            self.wanted, self.typing = None, False
            self.changed.emit()

    def offer(self, object_id: int) -> None:
        """Offer names for this object, whether it has one or not."""
        self._offer(object_id)

    def _offer(self, object_id: int) -> None:
        self.wanted, self.typing = object_id, False
        self._walk = ([], None)
        self.changed.emit()

    def _leave(self, *_: object) -> None:
        self.leave()

    def _selected(self, object_id: int | None) -> None:
        if self.typing and object_id is None:
            return  # it was finished, and is now being named
        project = self._session.document.project
        known = project.objects.get(object_id or 0)
        if known is not None and is_unlabelled(project, known):
            self._offer(known.id)
        else:
            self.leave()

    def _follow(self, changes: Changes) -> None:
        if self.wanted is None:
            return
        if self.wanted not in self._session.document.project.objects:
            self.leave()
        elif changes.objects or changes.masks or changes.settings:
            self.changed.emit()
