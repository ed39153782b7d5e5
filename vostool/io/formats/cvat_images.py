"""CVAT's XML 1.1, images flavour: masks that keep their identity.

CVAT has no mask tracks (a mask ``<track>`` of many frames silently becomes one shape), so every
mask is a shape of its ``<image>``; the object's id travels as ``group_id`` and as an attribute
that the label declares, because undeclared attributes are dropped silently. Frame numbers are
absolute. Format: docs.cvat.ai, "CVAT for image 1.1", and the importer of the 2.73 line.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import IO
from xml.sax.saxutils import escape, quoteattr

from vostool.io.export_format import ExportFormat, OptionValue
from vostool.io.export_plan import ExportFrame, ExportMask, ExportPlan
from vostool.io.formats.box_rle import encode_rows
from vostool.io.staging import StagedFolder
from vostool.masks import Provenance
from vostool.objects import AnnotatedObject

MAIN = "annotations.xml"
IDENTITY = "object_id"
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class CvatImagesWriter:
    """Streams one ``<image>`` element a frame."""

    def __init__(
        self, plan: ExportPlan, folder: StagedFolder, values: Mapping[str, OptionValue]
    ) -> None:
        self._plan = plan
        self._warnings: list[str] = []
        self._attributes = {obj.id: self._own_attributes(obj) for obj in plan.objects}
        self._file: IO[bytes] = folder.open(MAIN)
        self._put('<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n<version>1.1</version>')
        self._put(self._meta())

    def write(self, frame: ExportFrame) -> None:
        name = _quoted(frame.file_name)
        size = f'width="{self._plan.width}" height="{self._plan.height}"'
        self._put(f'<image id="{frame.index}" name={name} {size}>')
        for mask in frame.masks:
            self._put(self._mask(mask))
        self._put("</image>")

    def picture_path(self, frame: ExportFrame) -> str:
        return f"images/{frame.file_name}"

    def finish(self) -> list[str]:
        self._put("</annotations>")
        self.close()
        return self._warnings

    def close(self) -> None:
        self._file.close()

    def _put(self, text: str) -> None:
        self._file.write(text.encode() + b"\n")

    def _own_attributes(self, obj: AnnotatedObject) -> dict[str, str]:
        """The person's attributes by name; CVAT knows each name once and refuses an empty one."""
        own = {name: value for name, value in obj.attributes if name.strip() and name != IDENTITY}
        if len(own) < len(obj.attributes):
            self._warnings.append(
                f"Attributes of object {obj.id} that have no name of their own, or are named "
                f"{IDENTITY!r}, were left out."
            )
        return own

    def _meta(self) -> str:
        plan = self._plan
        step = f"step={plan.every}" if plan.every > 1 else ""
        size = len(range(plan.first, plan.last + 1, plan.every))
        labels = dict.fromkeys(obj.label for obj in plan.objects)
        return "\n".join(
            [
                f"<meta><task><name>{_text(plan.video)}</name><size>{size}</size>",
                "<mode>annotation</mode><overlap>0</overlap>",
                f"<start_frame>{plan.first}</start_frame><stop_frame>{plan.last}</stop_frame>",
                f"<frame_filter>{step}</frame_filter>",
                "<labels>",
                *(self._label(label) for label in labels),
                "</labels>",
                f"<source>{_text(plan.source_name)}</source>",
                "</task></meta>",
            ]
        )

    def _label(self, label: str) -> str:
        members = [obj for obj in self._plan.objects if obj.label == label]
        names = dict.fromkeys(name for obj in members for name in self._attributes[obj.id])
        attributes = "".join(_declared(name) for name in (IDENTITY, *names))
        red, green, blue = members[0].colour
        colour = f"#{red:02x}{green:02x}{blue:02x}"
        return (
            f"<label><name>{_text(label)}</name><color>{colour}</color><type>any</type>"
            f"<attributes>{attributes}</attributes></label>"
        )

    def _mask(self, mask: ExportMask) -> str:
        obj, box = mask.object, mask.box
        source = "auto" if mask.record.provenance is Provenance.TRACKED else "manual"
        runs = ", ".join(map(str, encode_rows(box.pixels)))
        values = {IDENTITY: str(obj.id), **self._attributes[obj.id]}
        attributes = "".join(
            f"<attribute name={_quoted(name)}>{_text(value)}</attribute>"
            for name, value in values.items()
        )
        return (
            f'<mask label={_quoted(obj.label)} source="{source}" occluded="0" rle="{runs}" '
            f'left="{box.left}" top="{box.top}" width="{box.width}" height="{box.height}" '
            f'z_order="0" group_id="{obj.id}">{attributes}</mask>'
        )


def _declared(name: str) -> str:
    return (
        f"<attribute><name>{_text(name)}</name><mutable>False</mutable>"
        "<input_type>text</input_type><default_value></default_value><values></values></attribute>"
    )


def _text(value: str) -> str:
    """Element text; what XML 1.0 cannot hold at all becomes the replacement character."""
    return escape(_NOT_XML.sub("\ufffd", value), {"\r": "&#13;"})


def _quoted(value: str) -> str:
    return quoteattr(_NOT_XML.sub("\ufffd", value))


CVAT_IMAGES = ExportFormat(
    name="cvat-images",
    title="CVAT for images 1.1 (XML)",
    main=MAIN,
    suffix=".xml",
    keeps=(
        "exact masks with holes, parts and overlaps",
        "object ids (group_id and an object_id attribute)",
        "labels with colours",
        "attributes",
        "absolute frame numbers",
        "whether a mask was tracked or made by hand",
    ),
    loses=("prompts", "scores and confirmations", "CVAT tracks (CVAT has none for masks)"),
    open=CvatImagesWriter,
)
