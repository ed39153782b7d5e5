"""How many objects and masks an edit takes away, and the sentence that tells the person."""

from __future__ import annotations

from dataclasses import dataclass

from vostool.masks.mask import MaskRecord
from vostool.project.changes import Edit, Table
from vostool.words import counted, tr

_KEPT = "effect"
"""As :class:`functools.cached_property` would keep it beside the edit's fields."""


@dataclass(frozen=True)
class Effect:
    """What one edit does to objects and masks.

    Attributes:
        objects_gone: objects deleted, less those that it makes.
        masks_gone: masks removed, less those on places that had none.
        masks_replaced: masks that are others afterwards; a mask that is only confirmed is not.
        adds: True where a mask comes to a place that had none.
    """

    objects_gone: int
    masks_gone: int
    masks_replaced: int
    adds: bool

    @classmethod
    def of(cls, edit: Edit) -> Effect:
        """Count an edit's cells; kept, so that the thread which builds an edit can count them."""
        known = edit.__dict__.get(_KEPT)
        if isinstance(known, cls):
            return known
        objects = removed = added = replaced = 0
        for (table, _), before, after in edit.changes:
            if table is Table.OBJECTS:
                objects += (before is not None) - (after is not None)
            elif table is Table.MASKS:
                removed += before is not None and after is None
                added += before is None and after is not None
                replaced += (
                    isinstance(before, MaskRecord)
                    and isinstance(after, MaskRecord)
                    and before.mask != after.mask
                )
        edit.__dict__[_KEPT] = found = cls(objects, removed - added, replaced, added > 0)
        return found

    def sentence(self, title: str) -> str | None:
        """What to tell of an edit of this title; None where at most one mask is lost."""
        if self.masks_gone < 2 and self.masks_replaced < 2 and self.objects_gone < 2:
            return None
        objects = counted(self.objects_gone, "object")
        masks = counted(self.masks_gone, "mask")
        if self.objects_gone > 0 and not self.adds and not self.masks_replaced:
            return tr("Deleted {objects}, {masks}.", objects=objects, masks=masks)
        parts = []
        if self.objects_gone > 0:
            parts.append(tr("{objects} deleted", objects=objects))
        if self.masks_gone > 0:
            parts.append(tr("{masks} removed", masks=masks))
        if self.masks_replaced:
            parts.append(tr("{masks} replaced", masks=counted(self.masks_replaced, "mask")))
        return f"{title}: {', '.join(parts)}."
