"""Masks as DAVIS has them: one indexed PNG for each frame.

8-bit mode P with the VOC palette, background 0. DAVIS' evaluator takes the number of objects from
the first frame and wants ids without gaps, so ids are written in the order of first appearance and
``objects.json`` says which object each one is. 255 means void in ground truth. Where masks overlap
the front one wins (vostool/project/stacking.py). A split is told by lists under ``ImageSets``: of
videos (``ImageSets/2017/train.txt``, as in DAVIS), or of ``video/frame`` where the videos
themselves are cut (``ImageSets/train.txt``).
"""

from __future__ import annotations

from collections.abc import Mapping

from vostool.io.exports.dataset import Dataset, video_error
from vostool.io.exports.format import ExportFormat
from vostool.io.exports.formats.losses import front_was_kept
from vostool.io.exports.formats.pictures.frame_names import FrameNames, ImageSets
from vostool.io.exports.formats.pictures.object_list import OBJECTS, write_objects
from vostool.io.exports.formats.pictures.png import indexed_png, painted
from vostool.io.exports.frame import ExportFrame
from vostool.io.exports.plan import ExportPlan
from vostool.io.exports.staging import StagedFolder
from vostool.io.options import OptionValue
from vostool.masks.colours import voc_palette
from vostool.words import tr

MAX_OBJECTS = 254
"""Ids of an 8-bit picture without 0 (background) and 255 (void)."""


class DavisWriter:
    """``Annotations/<video>/<frame>.png``."""

    def __init__(
        self, dataset: Dataset, folder: StagedFolder, values: Mapping[str, OptionValue]
    ) -> None:
        self._folder = folder
        self._palette = voc_palette()
        self._names = FrameNames(dataset)
        self._sets = ImageSets(dataset, folder)
        self._warnings = self._names.warnings
        self._ids: dict[int, dict[int, int]] = {}
        for plan in dataset.videos:
            self._number(plan, f"{plan.video}: " if dataset.merged else "")
        if dataset.videos[0].ending != ".jpg":
            self._warnings.append(tr("DAVIS tools look for .jpg frames; choose JPEG pictures."))
        self._overlaps = 0
        write_objects(folder, dataset, self._ids)

    def write(self, frame: ExportFrame) -> None:
        plan = frame.plan
        ids = self._ids[plan.number]
        canvas, overlap = painted(frame, ids)
        self._overlaps += overlap
        name = self._names.of(frame)
        self._sets.add(frame, name)
        path = f"Annotations/{plan.video}/{name}.png"
        self._folder.write(path, indexed_png(canvas, self._palette))

    def picture_path(self, frame: ExportFrame) -> str:
        return f"JPEGImages/{frame.plan.video}/{self._names.of(frame)}{frame.plan.ending}"

    def finish(self) -> list[str]:
        self._sets.close()
        return self._warnings + front_was_kept(self._overlaps, "masks-binary")

    def close(self) -> None:
        self._sets.close()

    def _number(self, plan: ExportPlan, where: str) -> None:
        """Ids of one video without gaps, by first appearance."""
        appearances = plan.first_appearances()
        order = sorted(appearances, key=lambda oid: (appearances[oid], oid))
        if len(order) > MAX_OBJECTS:
            raise video_error(
                plan,
                tr(
                    "The range holds {count} objects, but a DAVIS picture holds "
                    "{max_objects}; choose fewer objects or export masks-binary.",
                    count=len(order),
                    max_objects=MAX_OBJECTS,
                ),
            )
        ids = {oid: number for number, oid in enumerate(order, 1)}
        self._ids[plan.number] = ids
        changed = [tr("{oid} as {n}", oid=oid, n=n) for oid, n in ids.items() if oid != n]
        if changed:
            self._warnings.append(
                tr(
                    "{where}Ids were made contiguous by first appearance: {some}; see {objects}.",
                    where=where,
                    some=_some(changed),
                    objects=OBJECTS,
                )
            )
        late = [str(oid) for oid, f in appearances.items() if f != plan.frames[0]]
        if late:
            self._warnings.append(
                tr(
                    "{where}Objects {some} appear after the first frame; the DAVIS "
                    "evaluator stops at them.",
                    where=where,
                    some=_some(late),
                )
            )


def _some(items: list[str], limit: int = 8) -> str:
    more = tr(" and {count} more", count=len(items) - limit) if len(items) > limit else ""
    return ", ".join(items[:limit]) + more


MASKS = ExportFormat(
    name="masks",
    title="Mask PNGs, DAVIS palette",
    main="Annotations/{video}",
    suffix=".png",
    keeps=("exact masks with holes and parts", "labels and object ids (objects.json)"),
    loses=(
        "overlaps (the object in front wins)",
        "object ids in the pictures (made contiguous)",
        "the difference between absent and not labelled",
        "prompts",
        "scores and confirmations",
    ),
    open=DavisWriter,
    overlaps=False,
)
