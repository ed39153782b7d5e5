"""CVAT's XML 1.1, both flavours, as a file, in a folder or in a zip.

What is wrong with one shape is told with its line, and the rest comes in; CVAT itself would refuse
the file. Frame numbers are absolute: an ``<image>`` is known by its name first and by its id
otherwise, a track's frames are those of its task. Formats: docs.cvat.ai, "CVAT for image 1.1" and
"CVAT for video 1.1", and the importer of the 2.73 line.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from vostool.errors import LabelsError
from vostool.io.imports.format import Imported, ImportFormat, ImportTarget
from vostool.io.imports.readers.cvat.document import CvatDocument
from vostool.io.imports.readers.cvat.image_names import ImageKey, image_keys
from vostool.io.imports.readers.cvat.xml_stream import xml_events
from vostool.io.imports.readers.frame_names import NAME_OPTIONS
from vostool.io.imports.readers.label_tree import open_tree, peek_tree
from vostool.io.options import OptionSpec, OptionValue
from vostool.progress import Progress
from vostool.words import tr

_HEAD = 64 * 1024


def detect_cvat(path: Path) -> bool:
    """True for an XML file that begins as CVAT's do, or a folder or zip with one."""
    with peek_tree(path) as tree:
        return any(_is_cvat(tree.ends(name, _HEAD)) for name in tree.ending(".xml"))


def read_cvat(
    path: Path, target: ImportTarget, values: Mapping[str, OptionValue], progress: Progress
) -> Imported:
    """Read the CVAT XML at the path; several of one folder are subsets of one data set.

    Raises:
        LabelsError: a file cannot be trusted, is for pictures of another size, or there are
            several videos or tasks to choose from.
    """
    with open_tree(path) as tree:
        found = [name for name in tree.ending(".xml") if _is_cvat(tree.ends(name, _HEAD))]
        if not found:
            raise LabelsError(
                tr(
                    "'{path_name}' holds no CVAT XML 1.1; export it as CVAT for images.",
                    path_name=path.name,
                )
            )
        if len({PurePosixPath(name).parent for name in found}) > 1:
            some = ", ".join(found[:3]) + (" and others" if len(found) > 3 else "")
            raise LabelsError(
                tr(
                    "'{path_name}' holds the labels of several videos ({some}); "
                    "give one of the files.",
                    path_name=path.name,
                    some=some,
                )
            )
        keys: list[ImageKey] = []
        for name in found:
            with tree.open(name) as stream:
                keys += image_keys(stream)
        document = CvatDocument(target, keys, values)
        alone = path.is_file() and path.suffix.lower() != ".zip"
        for name in found:
            document.begin(name, alone=alone)
            with tree.open(name) as stream:
                size = path.stat().st_size if alone else 0
                for event in xml_events(stream, size, f"'{name}'", ("image", "track"), progress):
                    document.take(event)
            document.end()
    return document.imported()


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
        "labels with colours, attributes, with a value a frame where they are mutable",
        "tracks with their keyframes, interpolated as CVAT does",
        "where an object is absent (outside)",
        "which object is in front (z_order), what is occluded",
    ),
    loses=(
        "points, lines, ellipses, cuboids, skeletons and tags",
        "source; z_order beyond the order of whole objects",
        "values a frame of attributes that are not mutable",
    ),
    detect=detect_cvat,
    read=read_cvat,
    options=(
        OptionSpec("task", "Id or name of the task, for a project of several", ""),
        *NAME_OPTIONS,
    ),
)
