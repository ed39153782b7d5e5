"""From what a label file holds to one undoable edit of a project.

What each shape becomes: a mask on a keyframe is a stored mask and a prompt, so that tracking starts
from it; a box on a keyframe is a prompt that the engine answers; a mask between keyframes is stored
like a tracked one, which a track run may replace; an absent object is an empty mask that a run
leaves alone.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from pycocotools import mask as coco_mask

from vostool.io.imports.depths import Depths
from vostool.io.imports.format import Imported, Shape
from vostool.io.imports.frame_values import Pairs, ValueReader, with_mutable
from vostool.io.imports.identity import (
    Assigned,
    ObjectPolicy,
    Ungrouped,
    assign_objects,
    with_identity,
)
from vostool.io.imports.labels import label_specs
from vostool.io.imports.summary import ImportSummary
from vostool.masks.box import Box
from vostool.masks.mask import Mask, MaskRecord, Provenance
from vostool.project.changes import Cell, CellChange, Edit, FrameObject, Json, Table, Value
from vostool.project.label_edits import add_labels
from vostool.project.locks import locked_objects
from vostool.project.mask_notes import OCCLUDED, note_cell
from vostool.project.project import Project
from vostool.project.prompts import Prompts
from vostool.project.stacking import STACKING_SETTING, front_to_back
from vostool.words import tr

__all__ = ["ImportPolicy", "ImportSummary", "ObjectPolicy", "Ungrouped", "import_edit"]

TITLE = "Import labels"


@dataclass(frozen=True, slots=True)
class ImportPolicy:
    """How a file's shapes meet what the project holds.

    Attributes:
        objects: make new objects, or go on with those that match.
        ungrouped: what shapes without an identity become.
        replace_confirmed: also write where a person confirmed a mask.
        boxes_between: interpolated boxes become prompts, too; else they are left out.
    """

    objects: ObjectPolicy = ObjectPolicy.NEW
    ungrouped: Ungrouped = Ungrouped.AUTO
    replace_confirmed: bool = False
    boxes_between: bool = False


def import_edit(
    project: Project, imported: Imported, policy: ImportPolicy | None = None
) -> tuple[Edit, ImportSummary]:
    """One edit that brings a file's labels into a project; nothing is changed yet.

    Object ids: the file's where they are free, else the next; with :attr:`ObjectPolicy.MATCH`
    objects of the same id and label (without ids: the only object of the label) go on. Shapes of
    one object on one frame are united.
    """
    policy = policy or ImportPolicy()
    grouped, warnings = with_identity(imported, policy.ungrouped)
    grouped = with_mutable(grouped)
    assigned = assign_objects(project, grouped.objects, policy.objects)
    told = [*imported.warnings, *warnings]
    builder = _Builder(project, policy, told, locked_objects(project))
    for key, shape in _united(grouped.shapes, assigned.ids, builder.warnings).items():
        builder.add(key, shape)
    values = _read_values(builder, assigned, grouped)
    used = {oid for _, oid in builder.cells_by_object}
    new = tuple(sorted(oid for oid in assigned.new if oid in used))
    matched = tuple(sorted(used.difference(new)))
    cells: dict[Cell, Value] = {Cell(Table.OBJECTS, oid): assigned.new[oid] for oid in new}
    if new:
        cells[Cell(Table.SETTINGS, "highest_object_id")] = max(project.next_object_id() - 1, *new)
    cells.update(builder.cells)
    cells.update(values.cells)
    if (order := _order(project, grouped.shapes, assigned.ids, new)) is not None:
        cells[Cell(Table.SETTINGS, STACKING_SETTING)] = order
    declared = add_labels(project, label_specs(grouped.labels))
    cells.update((change.cell, change.after) for change in declared.changes)
    changes = [project.change(cell, value) for cell, value in cells.items()]
    return Edit(TITLE, tuple(c for c in changes if _differs(c))), ImportSummary(
        new_objects=new,
        matched_objects=matched,
        masks=builder.counts["masks"],
        boxes=builder.counts["boxes"],
        between=builder.counts["between"],
        absent=builder.counts["absent"],
        left_out=builder.counts["left_out"],
        frames=tuple(sorted({frame for frame, _ in builder.cells_by_object})),
        replaced=builder.counts["replaced"],
        kept_back=builder.counts["kept_back"],
        skipped=imported.skipped,
        warnings=(*builder.warnings, *values.sentences()),
        examples=imported.examples,
        counting=imported.counting,
        doubts=imported.doubts,
        occluded=builder.counts["occluded"],
        frames_left=len(used) * project.source.frame_count - len(builder.cells_by_object),
    )


def _read_values(builder: _Builder, assigned: Assigned, grouped: Imported) -> ValueReader:
    """The values of the shapes that come in; new objects take theirs."""
    values = ValueReader(builder.project, grouped.labels)
    rows: dict[int, list[tuple[int, Pairs]]] = {}
    for (frame, oid), attributes in sorted(builder.values.items()):
        rows.setdefault(oid, []).append((frame, attributes))
    for oid, row in rows.items():
        if oid in assigned.new:
            assigned.new[oid] = values.read_new(assigned.new[oid], row)
        else:
            values.read_known(builder.project.objects[oid], row)
    return values


def _order(
    project: Project, shapes: Iterable[Shape], ids: dict[Hashable, int], new: Sequence[int]
) -> Json:
    """The project's stacking with the new objects behind its own, in the file's order; None where
    the file has none, or the lower id is in front anyway.
    """
    depths = Depths()
    for shape in shapes:
        if not shape.absent:
            depths.add(shape.frame, ids[shape.track], shape.depth)
    ordered = [oid for oid in depths.front_to_back() if oid in new]
    stacked = [*front_to_back(project), *ordered, *(oid for oid in new if oid not in ordered)]
    return [*stacked] if ordered and stacked != sorted(stacked) else None


@dataclass
class _Builder:
    """Collects the cells that the shapes become."""

    project: Project
    policy: ImportPolicy
    warnings: list[str]
    locked: frozenset[int] = frozenset()
    cells: dict[Cell, Value] = field(default_factory=dict)
    cells_by_object: set[FrameObject] = field(default_factory=set)
    values: dict[FrameObject, Pairs] = field(default_factory=dict)
    counts: dict[str, int] = field(
        default_factory=lambda: dict.fromkeys(
            (
                "masks",
                "boxes",
                "between",
                "absent",
                "left_out",
                "replaced",
                "kept_back",
                "occluded",
            ),
            0,
        )
    )

    def add(self, key: FrameObject, shape: Shape) -> None:
        """The cells of one object on one frame."""
        if shape.box is not None and not shape.keyframe and not self.policy.boxes_between:
            self.counts["left_out"] += 1
            self.values[key] = shape.attributes
            return
        old = self.project.masks.get(*key)
        locked = key[1] in self.locked
        if locked or (old is not None and old.confirmed and not self.policy.replace_confirmed):
            self.counts["kept_back"] += 1
            return
        kind, prompts, record = self._values(shape)
        self.counts[kind] += 1
        self.counts["replaced"] += old is not None and not _same_mask(old, record)
        self.cells[Cell(Table.PROMPTS, key)] = prompts
        self.cells[Cell(Table.MASKS, key)] = record
        hidden = shape.occluded and not shape.absent
        self.cells[note_cell(OCCLUDED, *key)] = True if hidden else None
        self.counts["occluded"] += hidden
        self.cells_by_object.add(key)
        if not shape.absent:
            self.values[key] = shape.attributes

    def _values(self, shape: Shape) -> tuple[str, Prompts | None, MaskRecord | None]:
        if shape.mask is not None and not shape.mask.is_empty:
            if shape.keyframe:
                record = MaskRecord(shape.mask, Provenance.IMPORTED)
                return "masks", Prompts(mask=shape.mask), record
            # A run keeps imported masks; what was only interpolated counts as made by a machine.
            return "between", None, MaskRecord(shape.mask, Provenance.TRACKED)
        if shape.box is not None:
            return "boxes", Prompts(box=shape.box), None
        source = self.project.source
        empty = Mask.empty(source.height, source.width)
        return "absent", None, MaskRecord(empty, Provenance.IMPORTED)


def _united(
    shapes: Iterable[Shape], ids: dict[Hashable, int], warnings: list[str]
) -> dict[FrameObject, Shape]:
    """One shape an object and frame."""
    found: dict[FrameObject, Shape] = {}
    boxes: list[str] = []
    for shape in shapes:
        key = (shape.frame, ids[shape.track])
        known = found.get(key)
        if known is None:
            found[key] = shape
            continue
        if known.box is not None and shape.box is not None:
            boxes.append(tr("frame {frame}", frame=shape.frame))
        found[key] = _joined(known, shape)
    if boxes:
        where = ", ".join(dict.fromkeys(boxes[:5])) + (tr(" and others") if len(boxes) > 5 else "")
        warnings.append(
            tr(
                "Several boxes of one object on one frame became one around all: {where}.",
                where=where,
            )
        )
    return found


def _joined(one: Shape, two: Shape) -> Shape:
    """A mask says more than a box, and a box more than absence."""
    keyframe, occluded = one.keyframe or two.keyframe, one.occluded or two.occluded
    if one.mask is not None and two.mask is not None:
        merged = coco_mask.merge([one.mask.rle(), two.mask.rle()])
        mask = Mask(one.mask.height, one.mask.width, bytes(merged["counts"]))
        return replace(one, mask=mask, keyframe=keyframe, occluded=occluded)
    if one.box is not None and two.box is not None:
        a, b = one.box, two.box
        box = Box(min(a.x0, b.x0), min(a.y0, b.y0), max(a.x1, b.x1), max(a.y1, b.y1))
        return replace(one, box=box, keyframe=keyframe, occluded=occluded)
    rank = (two.mask is not None, two.box is not None) > (one.mask is not None, one.box is not None)
    return replace(two if rank else one, occluded=occluded)


def _same_mask(old: MaskRecord, new: MaskRecord | None) -> bool:
    return new is not None and new.mask == old.mask


def _differs(change: CellChange) -> bool:
    return type(change.before) is not type(change.after) or change.before != change.after
