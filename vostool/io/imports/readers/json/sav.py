"""SA-V JSON: ``masklet[frame][object]`` as COCO RLE, on every fourth frame of the video.

SAM 2's data set is annotated at 6 frames a second of videos with 24 (its ``sav_dataset/README``);
the step is taken from ``video_frame_count`` and the number of annotated frames.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from vostool.errors import LabelsError
from vostool.io.imports.format import Imported, ImportFormat, ImportTarget
from vostool.io.imports.readers.collector import Collector, some, whole
from vostool.io.imports.readers.json.choice import check_size, chosen_file
from vostool.io.imports.readers.json.frames import listed
from vostool.io.imports.readers.json.text import SAV as KIND
from vostool.io.imports.readers.json.text import is_single
from vostool.io.imports.readers.json_values import parse
from vostool.io.imports.readers.label_tree import open_tree
from vostool.io.imports.readers.pixels import rle_mask
from vostool.io.options import OptionSpec, OptionValue
from vostool.progress import Progress
from vostool.project.objects import DEFAULT_LABEL
from vostool.words import tr


def read(
    path: Path, target: ImportTarget, values: Mapping[str, OptionValue], progress: Progress
) -> Imported:
    """Read an SA-V file.

    Raises:
        LabelsError: the video has another size, or nothing in the file fits the target.
    """
    with open_tree(path) as tree:
        name = chosen_file(tree, KIND, str(values["file"]))
        data = parse(tree, name)
        shown = tree.shown(name)
    if not isinstance(data, dict):
        raise LabelsError(tr("{shown} is no SA-V file.", shown=shown))
    check_size(data.get("video_width"), data.get("video_height"), target, shown)
    frames = listed(data.get("masklet"))
    ids = [whole(number) for number in listed(data.get("masklet_id"))]
    step = int(values["step"]) or _step(data, len(frames))
    out = Collector(shown, target)
    outside = []
    for row, masks in enumerate(frames):
        progress(row, len(frames), "frames")
        frame = row * step
        if frame >= target.frame_count:
            outside.append(frame)
            continue
        for place, code in enumerate(listed(masks)):
            number = ids[place] if place < len(ids) else place
            _add(out, code, frame, place if number is None else number)
    if outside:
        out.skip(
            f"frames {some(outside)}: they are outside the video of {target.frame_count} frames "
            f"(every {step}th frame is annotated; option 'step')."
        )
    return out.result()


def _add(out: Collector, code: object, frame: int, number: int) -> None:
    where = f"masklet {number} on frame {frame}"
    try:
        mask = rle_mask(code, out.target)
    except ValueError as error:
        out.skip(f"{where}: {error}.")
        return
    # SA-V counts from 0, objects here from 1.
    out.declare(number, DEFAULT_LABEL, number + 1)
    out.add(frame, number, DEFAULT_LABEL, mask, where)


def _step(data: Mapping[str, object], count: int) -> int:
    length = whole(data.get("video_frame_count"))
    return max(round(length / count), 1) if length and count else 4


SA_V = ImportFormat(
    name="sa-v",
    title="SA-V masklets (JSON)",
    suffixes=(".json", ".zip", ""),
    keeps=("exact masks", "object ids (masklet_id + 1)", "where an object is absent"),
    loses=("scores",),
    detect=lambda path: is_single(path, KIND),
    read=read,
    options=(
        OptionSpec("file", "File, where a folder or zip holds several", ""),
        OptionSpec("step", "Frames from one annotated frame to the next (0: as the file says)", 0),
    ),
)
"""SA-V."""
