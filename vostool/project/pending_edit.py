"""An edit while it is put together: later writes of a cell see the earlier ones."""

from __future__ import annotations

from collections.abc import Sequence

from vostool.project.changes import Cell, CellChange, Edit, Value
from vostool.project.project import Project


class PendingEdit:
    """New values of cells over a project that stays as it is."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._values: dict[Cell, Value] = {}

    def get(self, cell: Cell) -> Value:
        """What the cell would hold."""
        return self._values[cell] if cell in self._values else self.project.value(cell)

    def put(self, cell: Cell, value: Value) -> None:
        """Let the cell hold this; None empties it."""
        self._values[cell] = value

    def edit(self, title: str) -> Edit:
        """The edit of all cells whose value would differ."""
        changes = (
            CellChange(cell, self.project.value(cell), after)
            for cell, after in self._values.items()
        )
        return Edit(
            title,
            tuple(
                change
                for change in changes
                if type(change.before) is not type(change.after) or change.before != change.after
            ),
        )


def joined_edits(title: str, parts: Sequence[Edit]) -> Edit:
    """Edits made one after the other as one: what was before the first, what is after the last."""
    changes = [change for part in parts for change in part.changes]
    before = {change.cell: change.before for change in reversed(changes)}
    after = {change.cell: change.after for change in changes}
    return Edit(title, tuple(CellChange(cell, before[cell], after[cell]) for cell in before))
