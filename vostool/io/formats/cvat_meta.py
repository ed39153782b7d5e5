"""What both flavours of CVAT's XML share: declared labels, attributes, text as XML takes it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from xml.sax.saxutils import escape, quoteattr

from vostool.io.dataset import Dataset
from vostool.masks import MaskRecord, Provenance
from vostool.objects import AnnotatedObject

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
        self._written = {oid: _attributes(oid, own) for oid, own in self._own.items()}

    def declared(self) -> str:
        """``<labels>`` with a declaration of every attribute that a shape of it carries."""
        names: dict[str, dict[str, None]] = {label.name: {} for label in self._dataset.labels}
        for plan, obj in self._dataset.objects():
            names[obj.label].update(dict.fromkeys(self._own[plan.object_ids[obj.id]]))
        lines = ["<labels>"]
        for label in self._dataset.labels:
            attributes = "".join(_declared(name) for name in (IDENTITY, *names[label.name]))
            red, green, blue = label.colour
            lines.append(
                f"<label><name>{text(label.name)}</name>"
                f"<color>#{red:02x}{green:02x}{blue:02x}</color><type>any</type>"
                f"<attributes>{attributes}</attributes></label>"
            )
        return "\n".join([*lines, "</labels>"])

    def attributes(self, object_id: int) -> str:
        """The ``<attribute>`` elements of a shape, by the object's id in the data set."""
        return self._written[object_id]

    def _own_attributes(self, object_id: int, obj: AnnotatedObject) -> dict[str, str]:
        """The person's attributes by name; CVAT knows each name once and refuses an empty one."""
        own = {name: value for name, value in obj.attributes if name.strip() and name != IDENTITY}
        if len(own) < len(obj.attributes):
            self.warnings.append(
                f"Attributes of object {object_id} that have no name of their own, or are named "
                f"{IDENTITY!r}, were left out."
            )
        return own


def source_of(record: MaskRecord) -> str:
    """CVAT's word for who made a shape."""
    return "auto" if record.provenance is Provenance.TRACKED else "manual"


def text(value: str) -> str:
    """Element text; what XML 1.0 cannot hold at all becomes the replacement character."""
    return escape(_NOT_XML.sub("\ufffd", value), {"\r": "&#13;"})


def quoted(value: str) -> str:
    """An attribute's value with its quotation marks."""
    return quoteattr(_NOT_XML.sub("\ufffd", value))


def _attributes(object_id: int, own: Mapping[str, str]) -> str:
    values = {IDENTITY: str(object_id), **own}
    return "".join(
        f"<attribute name={quoted(name)}>{text(value)}</attribute>"
        for name, value in values.items()
    )


def _declared(name: str) -> str:
    return (
        f"<attribute><name>{text(name)}</name><mutable>False</mutable>"
        "<input_type>text</input_type><default_value></default_value><values></values></attribute>"
    )
