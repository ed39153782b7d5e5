"""Where the timeline's rows lie: the selected one stays in sight, whatever is scrolled."""

from __future__ import annotations

from dataclasses import dataclass

LABEL_WIDTH, RIGHT_MARGIN = 140, 10
RULER_HEIGHT, BAND_HEIGHT = 18, 4
ROWS_TOP = RULER_HEIGHT + BAND_HEIGHT
"""Where the rows begin: below the ruler and the band that says what is confirmed."""
ROW_HEIGHT, BAR_HEIGHT = 22, 14
LOW_ROW_HEIGHT, LOW_BAR_HEIGHT = 14, 10
LOW_FROM = 8
"""So many rows, and more, are low ones."""
CURVE_HEIGHT = 42
MOST_ROOM = 6 * ROW_HEIGHT
"""Of the rows, before the score curve gets the next pixels."""


def row_height(rows: int) -> int:
    """Pixels of each of so many rows."""
    return LOW_ROW_HEIGHT if rows >= LOW_FROM else ROW_HEIGHT


@dataclass(frozen=True, slots=True)
class RowLayout:
    """The rows between the band above and the score curve below. All numbers are pixels.

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
    def row_height(self) -> int:
        """Of each row."""
        return row_height(self.rows)

    @property
    def bar_height(self) -> int:
        """Of the bar in the middle of each row."""
        return LOW_BAR_HEIGHT if self.rows >= LOW_FROM else BAR_HEIGHT

    @property
    def has_curve(self) -> bool:
        """False where the rows need its room, or nothing is there to be shown."""
        wanted = max(min(self.rows * self.row_height, MOST_ROOM), 2 * ROW_HEIGHT)
        return self.rows > 0 and self.height >= ROWS_TOP + wanted + CURVE_HEIGHT

    @property
    def bottom(self) -> int:
        """Where the rows end."""
        return self.height - (CURVE_HEIGHT if self.has_curve else 0)

    @property
    def room(self) -> int:
        """Height of the part that scrolls."""
        return max(self.bottom - ROWS_TOP, 0)

    @property
    def farthest(self) -> int:
        """The largest scroll."""
        return max(self.rows * self.row_height - self.room, 0)

    def top(self, index: int) -> int:
        """Where a row begins; the selected one stops at the edge instead of scrolling away."""
        top = ROWS_TOP + index * self.row_height - self.scroll
        if index == self.current:
            top = max(min(top, self.bottom - self.row_height), ROWS_TOP)
        return top

    def at(self, y: int) -> int | None:
        """The row at a height, or None beside all rows."""
        if not ROWS_TOP <= y < self.bottom:
            return None
        if self.current is not None and 0 <= y - self.top(self.current) < self.row_height:
            return self.current
        index = (y - ROWS_TOP + self.scroll) // self.row_height
        return index if 0 <= index < self.rows else None

    def shown(self) -> list[int]:
        """Rows to be painted, the selected one last, because it may lie over another."""
        first = self.scroll // self.row_height
        last = (self.scroll + self.room - 1) // self.row_height
        found = [i for i in range(first, min(last + 1, self.rows)) if i != self.current]
        return found if self.current is None else [*found, self.current]

    def between(self, one: int, other: int) -> list[int]:
        """The rows from one height to another, the nearest ones where that is beside all."""
        first, last = sorted(min(max(y, ROWS_TOP), self.bottom - 1) for y in (one, other))
        ends = [self.at(y) for y in (first, last)]
        top, bottom = (self.rows - 1 if end is None else end for end in ends)
        return list(range(min(top, bottom), max(top, bottom) + 1)) if self.rows else []

    def scroll_to(self, index: int) -> int:
        """The scroll nearest to the present one that shows the whole row."""
        top = index * self.row_height
        return max(min(self.scroll, top), top + self.row_height - self.room)
