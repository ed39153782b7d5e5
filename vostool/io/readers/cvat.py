"""CVAT's XML 1.1, both flavours, as a file, in a folder or in a zip.

What is wrong with one shape is told with its line, and the rest comes in; CVAT itself would refuse
the file. Frame numbers are absolute: an ``<image>`` is known by its name first and by its id
otherwise, a track's frames are those of its task. Formats: docs.cvat.ai, "CVAT for image 1.1" and
"CVAT for video 1.1", and the importer of the 2.73 line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO

from vostool.errors import LabelsError
from vostool.io.export_format import OptionSpec, OptionValue
from vostool.io.import_format import Imported, ImportFormat, ImportTarget
from vostool.io.readers.archive import LabelArchive, opened_archive
from vostool.io.readers.cvat_document import CvatDocument
from vostool.io.readers.xml_stream import xml_events
from vostool.progress import Progress

_HEAD = 64 * 1024
_MOST_FILES = 1000


def detect_cvat(path: Path) -> bool:
    """True for an XML file that begins as CVAT's do, or a folder or zip with one."""
    try:
        return bool(next(_label_files(path), None))
    except LabelsError:
        return False


def read_cvat(
    path: Path, target: ImportTarget, values: Mapping[str, OptionValue], progress: Progress
) -> Imported:
    """Read every CVAT XML file there is at the path.

    Raises:
        LabelsError: a file cannot be trusted, is for pictures of another size, or is for several
            tasks.
    """
    document = CvatDocument(target, str(values["task"]))
    found = False
    alone = path.is_file() and path.suffix.lower() != ".zip"
    for name, stream, size in _label_files(path):
        found = True
        document.begin(name, alone=alone)
        for event in xml_events(stream, size, f"'{name}'", ("image", "track"), progress):
            document.take(event)
        document.end()
    if not found:
        raise LabelsError(f"'{path.name}' holds no CVAT XML 1.1; export it as CVAT for images.")
    return document.imported()


def _label_files(path: Path) -> Iterator[tuple[str, IO[bytes], int]]:
    """Name, stream and size of each CVAT XML file; a stream is good until the next is asked for."""
    if path.is_dir():
        for file in sorted(path.glob("*.xml"))[:_MOST_FILES]:
            yield from _one_file(file)
    elif path.suffix.lower() == ".zip":
        with opened_archive(path) as archive:
            for name in sorted(archive.names):
                if name.lower().endswith(".xml"):
                    yield from _one_entry(archive, name)
    else:
        yield from _one_file(path)


def _one_file(path: Path) -> Iterator[tuple[str, IO[bytes], int]]:
    with open(path, "rb") as stream:
        if _is_cvat(stream.read(_HEAD)):
            stream.seek(0)
            yield path.name, stream, path.stat().st_size


def _one_entry(archive: LabelArchive, name: str) -> Iterator[tuple[str, IO[bytes], int]]:
    with archive.open(name) as head:
        known = _is_cvat(head.read(_HEAD))
    if known:
        with archive.open(name) as stream:
            yield name, stream, archive.size(name)


def _is_cvat(head: bytes) -> bool:
    encoding = "utf-16" if head[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
    text = head.decode(encoding, "replace")
    text = re.sub(r"<!--.*?-->|<\?.*?\?>|<!DOCTYPE[^\[>]*(\[.*?\])?\s*>", "", text, flags=re.DOTALL)
    root = re.match(r"[\ufeff\s]*<annotations\b[^>]*>\s*<(version|meta|image|track)\b", text)
    return root is not None


CVAT = ImportFormat(
    name="cvat",
    title="CVAT XML 1.1 (images and video)",
    suffixes=(".xml", ".zip", ""),
    keeps=(
        "masks, polygons and boxes",
        "object ids (object_id attribute, group_id)",
        "labels with colours, attributes",
        "tracks with their keyframes, interpolated as CVAT does",
        "where an object is absent (outside)",
    ),
    loses=(
        "points, lines, ellipses, cuboids, skeletons and tags",
        "occluded, z_order and source",
        "attribute values that change within an object",
    ),
    detect=detect_cvat,
    read=read_cvat,
    options=(OptionSpec("task", "Id or name of the task, for a project of several", ""),),
)
