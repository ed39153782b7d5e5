"""An annotated object: one identity through the video."""

from __future__ import annotations

from dataclasses import dataclass

Colour = tuple[int, int, int]

# Okabe & Ito's colour-blind-safe set (jfly.uni-koeln.de/color, without black), then Paul Tol's
# "muted" scheme for further objects.
PALETTE: tuple[Colour, ...] = (
    (230, 159, 0), (86, 180, 233), (0, 158, 115), (240, 228, 66), (0, 114, 178), (213, 94, 0),
    (204, 121, 167), (136, 204, 238), (221, 204, 119), (204, 102, 119), (170, 68, 153),
    (153, 153, 51), (68, 170, 153), (51, 34, 136), (136, 34, 85), (17, 119, 51),
)  # fmt: skip

DEFAULT_LABEL = "object"


def palette_colour(object_id: int) -> Colour:
    """The default colour of an object, by its id (counted from 1)."""
    return PALETTE[(object_id - 1) % len(PALETTE)]


@dataclass(frozen=True, slots=True)
class AnnotatedObject:
    """One object.

    Attributes:
        id: identity through the video, counted from 1, never used again in a project.
        label: the class name, "car".
        colour: RGB, 0..255.
        visible: shown on the canvas; tracking and export do not look at it.
        attributes: (name, value) pairs that exporters pass on.
    """

    id: int
    label: str = DEFAULT_LABEL
    colour: Colour = (230, 159, 0)
    visible: bool = True
    attributes: tuple[tuple[str, str], ...] = ()

    @classmethod
    def new(cls, object_id: int, label: str = DEFAULT_LABEL) -> AnnotatedObject:
        """An object with its palette colour."""
        return cls(object_id, label, palette_colour(object_id))
