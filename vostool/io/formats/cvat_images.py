"""CVAT's XML 1.1, images flavour: masks that keep their identity.

CVAT has no mask tracks (a mask ``<track>`` of many frames silently becomes one shape), so every
mask is a shape of its ``<image>``; the object's id travels as ``group_id`` and as an attribute
that the label declares, because undeclared attributes are dropped silently. Frame numbers are
absolute. Several videos make one file with the meta of a CVAT project, its tasks being the videos
and its image ids counting through, because readers key images by id; a split is told by each
image's ``subset``, as CVAT's own project exports do, for a second file uploaded to a task would
replace what the first one brought. Format: docs.cvat.ai, "CVAT for image 1.1", and the importer of
the 2.73 line.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import IO
from xml.sax.saxutils import escape, quoteattr

from vostool.io.dataset import Dataset
from vostool.io.export_format import ExportFormat, OptionValue
from vostool.io.export_frame import ExportFrame, ExportMask
from vostool.io.export_plan import ExportPlan
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
        self, dataset: Dataset, folder: StagedFolder, values: Mapping[str, OptionValue]
    ) -> None:
        self._dataset = dataset
        self._warnings: list[str] = []
        self._attributes = {
            plan.object_ids[obj.id]: self._own_attributes(obj, plan.object_ids[obj.id])
            for plan, obj in dataset.objects()
        }
        self._file: IO[bytes] = folder.open(MAIN)
        self._put('<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n<version>1.1</version>')
        self._put(self._meta())

    def write(self, frame: ExportFrame) -> None:
        number = frame.number - 1 if self._dataset.merged else frame.index
        subset = f" subset={_quoted(frame.subset)}" if frame.subset else ""
        task = f' task_id="{frame.plan.number}"' if self._dataset.merged else ""
        size = f'width="{frame.plan.width}" height="{frame.plan.height}"'
        self._put(f'<image id="{number}" name={_quoted(frame.path)}{subset}{task} {size}>')
        for mask in frame.masks:
            self._put(self._mask(mask))
        self._put("</image>")

    def picture_path(self, frame: ExportFrame) -> str:
        return f"images/{frame.path}"

    def finish(self) -> list[str]:
        self._put("</annotations>")
        self.close()
        return self._warnings

    def close(self) -> None:
        self._file.close()

    def _put(self, text: str) -> None:
        self._file.write(text.encode() + b"\n")

    def _own_attributes(self, obj: AnnotatedObject, number: int) -> dict[str, str]:
        """The person's attributes by name; CVAT knows each name once and refuses an empty one."""
        own = {name: value for name, value in obj.attributes if name.strip() and name != IDENTITY}
        if len(own) < len(obj.attributes):
            self._warnings.append(
                f"Attributes of object {number} that have no name of their own, or are named "
                f"{IDENTITY!r}, were left out."
            )
        return own

    def _meta(self) -> str:
        labels = ["<labels>", *(self._label(name) for name in self._dataset.classes), "</labels>"]
        if not self._dataset.merged:
            plan = self._dataset.videos[0]
            source = f"<source>{_text(plan.source_name)}</source>"
            return "\n".join(["<meta>" + _task(plan), *labels, source, "</task></meta>"])
        tasks = [f"{_task(plan)}</task>" for plan in self._dataset.videos]
        subsets = "\n".join(name for name in self._dataset.subsets if name)
        head = "<meta><project><name>videos</name><tasks>"
        return "\n".join(
            [head, *tasks, f"</tasks><subsets>{subsets}</subsets>", *labels, "</project></meta>"]
        )

    def _label(self, label: str) -> str:
        members = [
            plan.object_ids[obj.id] for plan, obj in self._dataset.objects() if obj.label == label
        ]
        names = dict.fromkeys(name for number in members for name in self._attributes[number])
        attributes = "".join(_declared(name) for name in (IDENTITY, *names))
        red, green, blue = self._dataset.labels[self._dataset.classes[label] - 1].colour
        colour = f"#{red:02x}{green:02x}{blue:02x}"
        return (
            f"<label><name>{_text(label)}</name><color>{colour}</color><type>any</type>"
            f"<attributes>{attributes}</attributes></label>"
        )

    def _mask(self, mask: ExportMask) -> str:
        obj, box = mask.object, mask.box
        source = "auto" if mask.record.provenance is Provenance.TRACKED else "manual"
        runs = ", ".join(map(str, encode_rows(box.pixels)))
        values = {IDENTITY: str(mask.id), **self._attributes[mask.id]}
        attributes = "".join(
            f"<attribute name={_quoted(name)}>{_text(value)}</attribute>"
            for name, value in values.items()
        )
        return (
            f'<mask label={_quoted(obj.label)} source="{source}" occluded="0" rle="{runs}" '
            f'left="{box.left}" top="{box.top}" width="{box.width}" height="{box.height}" '
            f'z_order="0" group_id="{mask.id}">{attributes}</mask>'
        )


def _task(plan: ExportPlan) -> str:
    """A task's element without its end."""
    step = f"step={plan.every}" if plan.every > 1 else ""
    size = len(range(plan.first, plan.last + 1, plan.every))
    number = f"<id>{plan.number}</id>" if plan.folder else ""
    subset = f"<subset>{plan.subsets[0][1]}</subset>" if plan.folder else ""
    return (
        f"<task>{number}<name>{_text(plan.video)}</name><size>{size}</size>\n"
        f"<mode>annotation</mode><overlap>0</overlap>{subset}\n"
        f"<start_frame>{plan.first}</start_frame><stop_frame>{plan.last}</stop_frame>\n"
        f"<frame_filter>{step}</frame_filter>"
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
