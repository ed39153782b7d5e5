"""An annotated object: one identity through the video."""

from __future__ import annotations

from dataclasses import dataclass

from vostool.masks.colours import Colour, palette_colour

DEFAULT_LABEL = "object"

HIGHEST_ID = 2**53
"""Of objects; every program and file format can hold such a number exactly."""

LONGEST_LABEL = 1_000
"""Characters of a label that is read from a file; a longer one is no name any more."""

LONGEST_VALUE = 10_000
"""Characters of an attribute's name or value; what is longer is left out with a sentence."""


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
