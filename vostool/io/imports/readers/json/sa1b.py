"""SA-1B: a JSON file a picture with masks as COCO RLE, without labels and identities.

Written by SAM's automatic mask generator and in the SA-1B data set (facebookresearch/
segment-anything, README, "Dataset").
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from vostool.io.imports.format import Imported, ImportFormat, ImportTarget
from vostool.io.imports.readers.collector import Collector
from vostool.io.imports.readers.frame_names import NAME_OPTIONS
from vostool.io.imports.readers.json.frames import FrameFiles, listed
from vostool.io.imports.readers.json.text import SA_1B as KIND
from vostool.io.imports.readers.json.text import is_single
from vostool.io.imports.readers.label_tree import open_tree
from vostool.io.imports.readers.segmentation import annotated
from vostool.io.options import OptionValue
from vostool.progress import Progress
from vostool.project.objects import DEFAULT_LABEL


def read(
    path: Path, target: ImportTarget, values: Mapping[str, OptionValue], progress: Progress
) -> Imported:
    """Read one JSON file, or those of a folder or zip.

    Raises:
        LabelsError: nothing in it fits the target.
    """
    with open_tree(path) as tree:
        out = Collector(f"'{path.name}'", target)
        for file in FrameFiles(tree, KIND, out, values).each(progress):
            for number, entry in enumerate(listed(file.value.get("annotations")), 1):
                where = f"{file.name}, annotation {number}"
                if not isinstance(entry, dict):
                    out.skip(f"{where}: it is no object with a segmentation.")
                    continue
                try:
                    what = annotated(entry, target)
                except ValueError as error:
                    out.skip(f"{where}: {error}.")
                    continue
                out.add(file.frame, None, DEFAULT_LABEL, what, where)
    return out.result()


SA_1B = ImportFormat(
    name="sa-1b",
    title="SA-1B masks (JSON a picture)",
    suffixes=(".json", ".zip", ""),
    keeps=("exact masks",),
    loses=("scores", "prompts"),
    detect=lambda path: is_single(path, KIND),
    read=read,
    options=NAME_OPTIONS,
)
"""SA-1B."""
