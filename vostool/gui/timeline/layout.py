"""Where the timeline's rows lie: the selected one stays in sight, whatever is scrolled."""

from __future__ import annotations

from dataclasses import dataclass

LABEL_WIDTH, RIGHT_MARGIN = 140, 10
RULER_HEIGHT, ROW_HEIGHT, BAR_HEIGHT = 22, 22, 14
CURVE_HEIGHT = 42


@dataclass(frozen=True, slots=True)
class RowLayout:
    """The rows between the ruler above and the score curve below. All numbers are pixels.

    Attributes:
        height: of the viewport.
        rows: how many there are.
        scroll: how far the rows are scrolled.
        current: index of the selected row, or None.
    """

    height: int
    rows: int
    scroll: int = 0
    current: int | None = None

    @property
    def has_curve(self) -> bool:
        """False where there is no room for it, or nothing to be shown."""
        return self.rows > 0 and self.height >= RULER_HEIGHT + 2 * ROW_HEIGHT + CURVE_HEIGHT

    @property
    def bottom(self) -> int:
        """Where the rows end."""
        return self.height - (CURVE_HEIGHT if self.has_curve else 0)

    @property
    def room(self) -> int:
        """Height of the part that scrolls."""
        return max(self.bottom - RULER_HEIGHT, 0)

    @property
    def farthest(self) -> int:
        """The largest scroll."""
        return max(self.rows * ROW_HEIGHT - self.room, 0)

    def top(self, index: int) -> int:
        """Where a row begins; the selected one stops at the edge instead of scrolling away."""
        top = RULER_HEIGHT + index * ROW_HEIGHT - self.scroll
        if index == self.current:
            top = max(min(top, self.bottom - ROW_HEIGHT), RULER_HEIGHT)
        return top

    def at(self, y: int) -> int | None:
        """The row at a height, or None beside all rows."""
        if not RULER_HEIGHT <= y < self.bottom:
            return None
        if self.current is not None and 0 <= y - self.top(self.current) < ROW_HEIGHT:
            return self.current
        index = (y - RULER_HEIGHT + self.scroll) // ROW_HEIGHT
        return index if 0 <= index < self.rows else None

    def shown(self) -> list[int]:
        """Rows to be painted, the selected one last, because it may lie over another."""
        first = self.scroll // ROW_HEIGHT
        last = (self.scroll + self.room - 1) // ROW_HEIGHT
        found = [i for i in range(first, min(last + 1, self.rows)) if i != self.current]
        return found if self.current is None else [*found, self.current]

    def scroll_to(self, index: int) -> int:
        """The scroll nearest to the present one that shows the whole row."""
        top = index * ROW_HEIGHT
        return max(min(self.scroll, top), top + ROW_HEIGHT - self.room)
