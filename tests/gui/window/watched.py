"""What a command may change: the objects that list and timeline show as selected, and new ones.

Every step that is done while a command or a click is watched is looked at, and so is what joins such
a step later, such as a mask that was changed in a thread.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

from tests.gui.conftest import Hand
from vostool.project.changes import CellChange, Edit, Table
from vostool.project.history import Step
from vostool.project.locks import LOCKED_SETTING

OF_ALL = frozenset(
    {"confirm", "range_confirm", "range_delete_all", "renumber", "stack_by_number",
     "review_confirm_frame"}
)  # fmt: skip
"""Commands whose own name says that they are about all objects."""
OF_REVIEW = frozenset({"review_confirm", "review_dismiss"})
"""Commands about the place that the review panel shows."""
ANSWERS = ("Mask", "Track", "Track between corrections")
"""Titles of what the engine answers; whose it is, is checked by the request."""


def shown_as_selected(hand: Hand) -> set[int]:
    """The objects that the list shows as selected; the timeline shows the same ones."""
    rows = set(hand.window.objects.chosen_ids())
    scene = hand.window.timeline.scene()
    assert scene is not None
    assert rows == set(scene.selected) == set(hand.session.chosen), (rows, scene.selected)
    return rows


def touched(changes: tuple[CellChange, ...]) -> set[int]:
    """Ids of the objects that an edit changes: themselves, prompts, masks, or their lock."""
    ids: set[int] = set()
    for (table, key), before, after in changes:
        if table is Table.OBJECTS and isinstance(key, int):
            ids.add(key)
        elif isinstance(key, tuple):
            ids.add(key[1])
        elif key == LOCKED_SETTING:
            ids |= set(before or ()) ^ set(after or ())  # type: ignore[call-overload]
    return ids


class Watched:
    """Looks at what is done in the open project; ``wrong`` names what was not to be."""

    def __init__(self, hand: Hand) -> None:
        self._hand = hand
        self.wrong: list[str] = []
        self._within: list[tuple[Step, Edit, set[int]]] | None = None
        self._may: dict[int, tuple[Step, str, set[int]]] = {}
        document = hand.session.document
        document.did.connect(self._did)
        extend = document.extend

        def extended(step: Step, edit: Edit) -> None:
            if edit.title not in ANSWERS and id(step) in self._may:
                self._check(id(step), edit)
            extend(step, edit)

        document.extend = extended  # type: ignore[method-assign]

    @contextlib.contextmanager
    def command(self, name: str) -> Iterator[None]:
        """Within, only what is shown as selected may change, but for commands about all."""
        shown = shown_as_selected(self._hand)
        workspace = self._hand.bench.workspace
        if name in OF_REVIEW and workspace is not None and workspace.review.current is not None:
            shown |= {workspace.review.current.object_id}
        with self._watch(name, lambda: shown, counts=name not in OF_ALL):
            yield

    @contextlib.contextmanager
    def click(self, what: str) -> Iterator[None]:
        """Within, what was selected before or is selected afterwards may change."""
        before = shown_as_selected(self._hand)
        with self._watch(what, lambda: before | shown_as_selected(self._hand)):
            yield

    @contextlib.contextmanager
    def _watch(
        self, what: str, shown: Callable[[], set[int]], counts: bool = True
    ) -> Iterator[None]:
        self._within = []
        yield
        done, self._within = self._within, None
        for step, edit, new in done if counts else ():
            self._may[id(step)] = (step, what, shown() | new)
            self._check(id(step), edit)
        assert not self.wrong, self.wrong

    def _did(self, step: Step, edit: Edit) -> None:
        if self._within is not None:
            made = {c.cell.key for c in edit.changes if c.before is None}
            self._within.append((step, edit, made & set(self._hand.project.objects)))

    def _check(self, step: int, edit: Edit) -> None:
        _, what, may = self._may[step]
        changed = touched(edit.changes)
        if not changed <= may:
            self.wrong.append(f"{what}: '{edit.title}' changed {changed - may}, shown was {may}")
