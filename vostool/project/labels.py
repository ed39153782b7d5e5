"""Labels with colours and attributes, and CVAT's JSON of them.

The JSON is that of the 'Raw' page of CVAT's label constructor, and what its server takes for a new
task. What is allowed follows CVAT's own check of that page (cvat-ui, components/labels-editor,
``validateParsedLabel``) and its server's meaning of ``values``: the choices of a list, or minimum,
maximum and step of a number.
"""

from __future__ import annotations

import enum
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass

from vostool.errors import LabelsError
from vostool.masks.colours import Colour
from vostool.project.changes import Json
from vostool.words import mark, tr

TRUE, FALSE = "true", "false"
ANY_SHAPE = "any"
_SKELETON = "skeleton"


class AttributeKind(enum.Enum):
    """How an attribute is entered; the values are CVAT's words."""

    SELECT = mark("select")
    RADIO = mark("radio")
    CHECKBOX = mark("checkbox")
    NUMBER = mark("number")
    TEXT = mark("text")

    @property
    def has_choices(self) -> bool:
        """True where one of a list of values is taken."""
        return self in (AttributeKind.SELECT, AttributeKind.RADIO)


@dataclass(frozen=True, slots=True)
class AttributeSpec:
    """An attribute that a label declares. All values are text, as CVAT keeps them.

    Attributes:
        name: unique in its label.
        values: the choices of SELECT and RADIO; minimum, maximum and step of NUMBER; else empty.
        default: what an object has that was given no value; one that the kind accepts.
        mutable: CVAT may hold another value on each frame of a track.
    """

    name: str
    kind: AttributeKind = AttributeKind.TEXT
    values: tuple[str, ...] = ()
    default: str = ""
    mutable: bool = False

    def __post_init__(self) -> None:
        """Refuse what makes no sense with a LabelsError."""
        if not self.name.strip():
            raise LabelsError(tr("An attribute needs a name."))
        if self.kind.has_choices:
            _check_choices(self.name, self.values)
        elif self.kind is AttributeKind.NUMBER:
            _check_bounds(self.name, self.values)
        elif self.values:
            raise LabelsError(
                tr("Attribute '{name}' is no list and takes no values.", name=self.name)
            )
        if not self.accepts(self.default):
            raise LabelsError(
                tr(
                    "The default '{default}' of attribute '{name}' is none of its values.",
                    default=self.default,
                    name=self.name,
                )
            )

    @property
    def bounds(self) -> tuple[float, float, float]:
        """Minimum, maximum and step of a NUMBER."""
        low, high, step = (float(value) for value in self.values)
        return low, high, step

    def accepts(self, value: str) -> bool:
        """True where an object may have this value."""
        if self.kind.has_choices:
            return value in self.values
        if self.kind is AttributeKind.CHECKBOX:
            return value in (TRUE, FALSE)
        if self.kind is AttributeKind.NUMBER:
            return self._in_bounds(value)
        return True

    def _in_bounds(self, text: str) -> bool:
        try:
            value = float(text)
        except ValueError:
            return False
        low, high, step = self.bounds
        steps = (value - low) / step
        return low <= value <= high and math.isclose(steps, round(steps), abs_tol=1e-6)


@dataclass(frozen=True, slots=True)
class LabelSpec:
    """A class of objects.

    Attributes:
        name: unique in a project.
        colour: RGB, or None where none was chosen.
        attributes: with unique names.
        shape: the one type of shape that CVAT allows for it, "any" as a rule; kept for CVAT alone.
    """

    name: str
    colour: Colour | None = None
    attributes: tuple[AttributeSpec, ...] = ()
    shape: str = ANY_SHAPE

    def __post_init__(self) -> None:
        """Refuse what makes no sense with a LabelsError."""
        if not self.name.strip():
            raise LabelsError(tr("A label needs a name."))
        if twice := _twice(attribute.name for attribute in self.attributes):
            raise LabelsError(
                tr("Label '{name}' has two attributes '{twice}'.", name=self.name, twice=twice)
            )


def check_labels(labels: Iterable[LabelSpec]) -> None:
    """Refuse two labels of one name with a LabelsError."""
    if twice := _twice(label.name for label in labels):
        raise LabelsError(
            tr("There are two labels '{twice}'; give one of them another name.", twice=twice)
        )


def made_attribute(
    name: str, kind: AttributeKind, values: Iterable[str], default: str = "", mutable: bool = False
) -> AttributeSpec:
    """An attribute from another program's file: its default is mended where it is none.

    Raises:
        LabelsError: nothing sensible can be made of it.
    """
    given = tuple(value.strip() for value in values)
    if not (kind.has_choices or kind is AttributeKind.NUMBER):
        default = default or (given[0] if given else "")
        if kind is AttributeKind.CHECKBOX:
            default = TRUE if default.lower() == TRUE else FALSE
        return AttributeSpec(name, kind, (), default, mutable)
    made = AttributeSpec(name, kind, given, given[0] if given else "", mutable)
    return AttributeSpec(name, kind, given, default, mutable) if made.accepts(default) else made


def labels_json(labels: Iterable[LabelSpec]) -> list[Json]:
    """Labels as CVAT's Raw JSON; :func:`labels_from_json` is the way back."""
    return [
        {
            "name": label.name,
            **_colour_json(label.colour),
            "type": label.shape,
            "attributes": [_attribute_json(attribute) for attribute in label.attributes],
        }
        for label in labels
    ]


def labels_from_json(value: object) -> tuple[LabelSpec, ...]:
    """Read CVAT's Raw JSON, or the ``labels`` of a task or a project.

    Raises:
        LabelsError: it is something else; the sentence names the label.
    """
    if isinstance(value, dict):
        value = value.get("labels", value.get("results"))
    if not isinstance(value, list):
        raise LabelsError(
            tr("Labels are a JSON list; copy it from CVAT's label constructor, 'Raw'.")
        )
    labels = tuple(_label(entry) for entry in value)
    check_labels(labels)
    return labels


def _colour_json(colour: Colour | None) -> dict[str, Json]:
    return {} if colour is None else {"color": "#{:02x}{:02x}{:02x}".format(*colour)}


def _attribute_json(spec: AttributeSpec) -> dict[str, Json]:
    return {
        "name": spec.name,
        "input_type": spec.kind.value,
        "mutable": spec.mutable,
        # CVAT refuses an empty list; where there are no choices it keeps the default in it.
        "values": list(spec.values or (spec.default,)),
        "default_value": spec.default,
    }


def _label(entry: object) -> LabelSpec:
    name = entry.get("name") if isinstance(entry, dict) else None
    if not isinstance(entry, dict) or not isinstance(name, str):
        raise LabelsError(tr("A label of the file has no name."))
    if entry.get("type") == _SKELETON:
        raise LabelsError(
            tr("Label '{name}' is a skeleton, which has no mask; leave it out.", name=name)
        )
    attributes = entry.get("attributes") or []
    if not isinstance(attributes, list):
        raise LabelsError(tr("The attributes of label '{name}' are no list.", name=name))
    try:
        made = tuple(_attribute(attribute) for attribute in attributes)
        return LabelSpec(name.strip(), _colour(entry), made, str(entry.get("type") or ANY_SHAPE))
    except LabelsError as error:
        raise LabelsError(tr("Label '{name}': {error}", name=name, error=error)) from error


def _attribute(entry: object) -> AttributeSpec:
    if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
        raise LabelsError(tr("An attribute has no name."))
    name, values = entry["name"].strip(), entry.get("values") or []
    try:
        kind = AttributeKind(str(entry.get("input_type", "text")).lower())
    except ValueError:
        raise LabelsError(
            tr(
                "Attribute '{name}' has the unknown input type '{entry}'.",
                name=name,
                entry=entry["input_type"],
            )
        ) from None
    if not (isinstance(values, list) and all(isinstance(each, str) for each in values)):
        raise LabelsError(tr("The values of attribute '{name}' are no list of texts.", name=name))
    default = entry.get("default_value")
    if isinstance(default, bool):
        default = TRUE if default else FALSE
    made = made_attribute(name, kind, values, mutable=entry.get("mutable") is True)
    if default in (None, "") and kind is not AttributeKind.TEXT:
        return made
    return AttributeSpec(name, kind, made.values, str(default or ""), made.mutable)


def _colour(entry: dict[str, object]) -> Colour | None:
    text = entry.get("color") or ""
    if not isinstance(text, str) or not re.fullmatch(r"(#[0-9a-fA-F]{6})?", text):
        raise LabelsError(tr("Its colour '{text}' is not written as #rrggbb.", text=text))
    red, green, blue = bytes.fromhex(text[1:]) if text else (0, 0, 0)
    return (red, green, blue) if text else None


def _check_choices(name: str, values: tuple[str, ...]) -> None:
    if not values:
        raise LabelsError(
            tr("Attribute '{name}' is a list and needs at least one value.", name=name)
        )
    if twice := _twice(values):
        raise LabelsError(
            tr("Attribute '{name}' has the value '{twice}' twice.", name=name, twice=twice)
        )


def _check_bounds(name: str, values: tuple[str, ...]) -> None:
    try:
        low, high, step = (float(value) for value in values)
        sound = low < high and 0 < step <= high - low and math.isfinite(high - low)
    except ValueError:
        sound = False
    if not sound:
        raise LabelsError(
            tr(
                "Attribute '{name}' is a number and needs its minimum, maximum "
                "and step, as 0; 10; 1.",
                name=name,
            )
        )


def _twice(names: Iterable[str]) -> str:
    """The first name that comes again, "" where none does."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    return ""
