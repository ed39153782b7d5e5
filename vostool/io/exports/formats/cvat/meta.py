"""What both flavours of CVAT's XML share: declared labels, attributes, text as XML takes it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from xml.sax.saxutils import escape, quoteattr

from vostool.io.exports.dataset import Dataset
from vostool.masks.colours import Colour, palette_colour
from vostool.masks.mask import MaskRecord, Provenance
from vostool.project.labels import AttributeSpec, LabelSpec
from vostool.project.objects import AnnotatedObject
from vostool.project.project_labels import declared_labels
from vostool.words import tr

IDENTITY = "object_id"
"""The attribute that carries the object's id; declared, or CVAT drops it silently."""

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class CvatLabels:
    """The labels of a data set, and each object's attributes as their shapes carry them."""

    def __init__(self, dataset: Dataset) -> None:
        self._dataset = dataset
        self.warnings: list[str] = []
        self._own = {
            plan.object_ids[obj.id]: self._own_attributes(plan.object_ids[obj.id], obj)
            for plan, obj in dataset.objects()
        }
        self._written: dict[int, tuple[AnnotatedObject, str]] = {}

    def declared(self) -> str:
        """``<labels>`` with a declaration of every attribute that a shape of it carries."""
        names: dict[str, dict[str, None]] = {label.name: {} for label in self._dataset.labels}
        for plan, obj in self._dataset.objects():
            names[obj.label].update(dict.fromkeys(self._own[plan.object_ids[obj.id]]))
        specs = self._specs()
        lines = [
            _label(
                label.name,
                label.colour,
                _by_name(specs.get(label.name), names[label.name]),
            )
            for label in self._dataset.labels
        ]
        lines += [
            _label(spec.name, spec.colour or palette_colour(number), _by_name(spec, ()))
            for number, spec in enumerate(specs.values(), 1)
            if spec.name not in names
        ]
        return "\n".join(["<labels>", *lines, "</labels>"])

    def _specs(self) -> dict[str, LabelSpec]:
        """The labels that the projects declare; the first one counts where two differ."""
        found: dict[str, LabelSpec] = {}
        for plan in self._dataset.videos:
            for spec in declared_labels(plan.project):
                found.setdefault(spec.name, spec)
        return found

    def attributes(self, object_id: int, obj: AnnotatedObject) -> str:
        """The ``<attribute>`` elements of a shape.

        Args:
            object_id: in the data set.
            obj: as it is on the shape's frame.
        """
        known = self._written.get(object_id)
        if known is None or known[0] is not obj:
            known = self._written[object_id] = obj, _attributes(object_id, _own(obj))
        return known[1]

    def _own_attributes(self, object_id: int, obj: AnnotatedObject) -> dict[str, str]:
        own = _own(obj)
        if len(own) < len(obj.attributes):
            self.warnings.append(
                tr(
                    "Attributes of object {object_id} that have no name of their "
                    "own, or are named {identity!r}, were left out.",
                    object_id=object_id,
                    identity=IDENTITY,
                )
            )
        return own


def source_of(record: MaskRecord) -> str:
    """CVAT's word for who made a shape."""
    by_machine = record.provenance in (Provenance.TRACKED, Provenance.FOUND)
    return "auto" if by_machine else "manual"


def text(value: str) -> str:
    """Element text; what XML 1.0 cannot hold at all becomes the replacement character."""
    return escape(_NOT_XML.sub("\ufffd", value), {"\r": "&#13;"})


def quoted(value: str) -> str:
    """An attribute's value with its quotation marks."""
    return quoteattr(_NOT_XML.sub("\ufffd", value))


def _own(obj: AnnotatedObject) -> dict[str, str]:
    """The person's attributes by name; CVAT takes each name once and refuses an empty one."""
    return {name: value for name, value in obj.attributes if name.strip() and name != IDENTITY}


def _attributes(object_id: int, own: Mapping[str, str]) -> str:
    values = {IDENTITY: str(object_id), **own}
    return "".join(
        f"<attribute name={quoted(name)}>{text(value)}</attribute>"
        for name, value in values.items()
    )


def _by_name(label: LabelSpec | None, names: Iterable[str]) -> list[AttributeSpec]:
    """What a label declares, identity first, then what only its objects have, as text."""
    declared = () if label is None else label.attributes
    found = {spec.name: spec for spec in declared if spec.name != IDENTITY}
    rest = (AttributeSpec(name) for name in names if name not in found)
    return [AttributeSpec(IDENTITY), *found.values(), *rest]


def _label(name: str, colour: Colour, attributes: Iterable[AttributeSpec]) -> str:
    red, green, blue = colour
    return (
        f"<label><name>{text(name)}</name>"
        f"<color>#{red:02x}{green:02x}{blue:02x}</color><type>any</type>"
        f"<attributes>{''.join(map(_declared, attributes))}</attributes></label>"
    )


def _declared(spec: AttributeSpec) -> str:
    # CVAT writes each value on a line of its own; without choices, the default is the value.
    values = "\n".join(spec.values or ((spec.default,) if spec.default else ()))
    return (
        f"<attribute><name>{text(spec.name)}</name><mutable>{spec.mutable}</mutable>"
        f"<input_type>{spec.kind.value}</input_type>"
        f"<default_value>{text(spec.default)}</default_value>"
        f"<values>{text(values)}</values></attribute>"
    )
