"""What the tools are set to: sizes and switches that stay when another tool is chosen."""

from __future__ import annotations

import enum

from PyQt6.QtCore import QObject, pyqtSignal

from vostool.gui.settings.preferences import remember_tool_options, tool_options

SIZES = (1, 400)
TOLERANCES = (0, 255)


class Option(enum.Enum):
    """Something a tool can be set to; the value is its name in :class:`ToolOptions`."""

    SIZE = "size"
    TOLERANCE = "tolerance"
    CONTIGUOUS = "contiguous"
    ADDING = "adding"
    POSITIVE = "positive"

    @property
    def is_number(self) -> bool:
        """True for what wheel and keys make larger and smaller."""
        return self in (Option.SIZE, Option.TOLERANCE)


class ToolOptions(QObject):
    """The options of all tools.

    Attributes:
        size: the brush's and the eraser's diameter, in image pixels.
        tolerance: of the wand, 0..255 for each of red, green and blue.
        contiguous: the wand takes only the connected area around the click.
        adding: polygon, lasso and wand add to the mask; False: they take away.
        choice: which of the engine's masks a first click takes (0 a part, 2 the whole), or None for
            the one that the engine thinks best.
        positive: a scribble says "part of the object"; False: "not part of it".

    Signals:
        changed(): some option has another value.
    """

    changed = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        size, tolerance, contiguous = tool_options()
        self.size = min(max(size, SIZES[0]), SIZES[1])
        self.tolerance = min(max(tolerance, TOLERANCES[0]), TOLERANCES[1])
        self.contiguous = contiguous
        self.adding = True
        self.positive = True
        self.choice: int | None = None

    def set(self, **values: int | bool | None) -> None:
        """Set options by their names; numbers stop at their bounds."""
        before = dict(self.__dict__)
        for name, value in values.items():
            setattr(self, name, value)
        self.size = min(max(self.size, SIZES[0]), SIZES[1])
        self.tolerance = min(max(self.tolerance, TOLERANCES[0]), TOLERANCES[1])
        if self.__dict__ != before:
            self.changed.emit()

    def remember(self) -> None:
        """Store the options for the next window, without the two that turn a tool round."""
        remember_tool_options(self.size, self.tolerance, self.contiguous)

    def step(self, number: Option | None, steps: int) -> None:
        """Make a number larger (steps above 0) or smaller; None: the tool has none.

        Sizes change by a tenth, and by a pixel at least.
        """
        if number is Option.TOLERANCE:
            self.set(tolerance=self.tolerance + 2 * steps)
        elif number is Option.SIZE:
            self.set(size=self.size + steps * max(round(self.size * 0.1), 1))
