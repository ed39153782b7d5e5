"""One mask, and the objects."""

from __future__ import annotations

from vostool.gui.actions.spec import ActionSpec, ActionTable, Needs
from vostool.words import mark

_O = Needs.OBJECT
_SELECT = (
    mark("Select object 1"), mark("Select object 2"), mark("Select object 3"),
    mark("Select object 4"), mark("Select object 5"), mark("Select object 6"),
    mark("Select object 7"), mark("Select object 8"), mark("Select object 9"),
)  # fmt: skip
_NUMBERS = tuple(
    ActionSpec(f"object_{n}", "Object", text, (str(n),)) for n, text in enumerate(_SELECT, 1)
)

MASK: ActionTable = (
    ActionSpec("copy_previous", "Mask", "Copy mask from the frame before", ("Alt+Left",), _O,
               "From the nearest one that has a mask"),
    ActionSpec("copy_next", "Mask", "Copy mask from the frame after", ("Alt+Right",), _O,
               "From the nearest one that has a mask"),
    ActionSpec("fill_holes", "Mask", "Fill holes", ("Ctrl+Alt+H",), _O),
    ActionSpec("drop_specks", "Mask", "Drop specks", ("Ctrl+Alt+D",), _O,
               "Parts that are small beside the whole"),
    ActionSpec("tidy_new", "Mask", "Tidy new masks", (), Needs.NOTHING,
               "The model's specks and pinholes go by themselves", checkable=True),
    ActionSpec("keep_largest", "Mask", "Keep largest part", ("Ctrl+Alt+L",), _O),
    ActionSpec("grow", "Mask", "Grow by a pixel", ("Ctrl+Up",), _O),
    ActionSpec("shrink", "Mask", "Shrink by a pixel", ("Ctrl+Down",), _O),
    ActionSpec("refine_visible", "Mask", "Refine on the visible part", ("Ctrl+R",), _O,
               "Zoomed in: the model looks at what is seen alone, for a finer outline"),
    ActionSpec("smooth", "Mask", "Smooth outline", ("Ctrl+Alt+M",), _O),
)  # fmt: skip

OBJECT: ActionTable = (
    ActionSpec("new_object", "Object", "New object", ("Shift+N",)),
    ActionSpec("finish", "Object", "Finish object", ("F",), _O,
               "The next click starts another object"),
    ActionSpec("finish_named", "Object", "Finish object and name it…", ("Shift+F",), _O,
               "Asks for its label and number; the next click starts another object"),
    ActionSpec("next_label", "Object", "Label of new objects…", ("Ctrl+Shift+K",),
               tip="Chosen before the click; a name can be given at the new mask as well"),
    ActionSpec("find_objects", "Object", "Find objects…", ("Ctrl+Shift+F",),
               tip="The program proposes objects: everything, by text, or like the selected one"),
    ActionSpec("find_object", "Object", "Filter objects", ("Ctrl+F",), tip="By label, number or "
               "attribute"),
    ActionSpec("relabel", "Object", "Change label…", ("Alt+L",), _O, "Of all chosen objects"),
    ActionSpec("recolour", "Object", "Change colour…", (), _O),
    ActionSpec("solo", "Object", "Show only this object", ("Alt+S",),
               tip="Whichever is selected; the others are not drawn", checkable=True),
    ActionSpec("show_object", "Object", "Hide or show", ("Shift+H",), _O, "All chosen objects"),
    ActionSpec("lock", "Object", "Lock or unlock", ("Alt+K",), _O,
               "Tools and runs leave locked objects alone"),
    ActionSpec("merge_objects", "Object", "Merge with…", ("Ctrl+Alt+J",), _O,
               "Makes one object out of two or more"),
    ActionSpec("split_object", "Object", "Split at this frame", ("Ctrl+Alt+S",), _O,
               "From this frame on it is another object"),
    ActionSpec("swap_objects", "Object", "Swap with…", ("Ctrl+Alt+W",), _O,
               "Exchanges two objects from this frame on"),
    ActionSpec("to_front", "Object", "Bring to front", ("Ctrl+Shift+Up",), _O,
               "Where masks overlap; exports without overlaps follow"),
    ActionSpec("to_back", "Object", "Send to back", ("Ctrl+Shift+Down",), _O,
               "Where masks overlap; exports without overlaps follow"),
    ActionSpec("stack_by_number", "Object", "Stack by number", (),
               tip="The lower number in front, as at the beginning"),
    ActionSpec("renumber", "Object", "Renumber all objects", (), tip="1, 2, 3 ... in their order"),
    ActionSpec("labels", "Object", "Labels…", ("Ctrl+Shift+L",), Needs.NOTHING,
               "Names, colours and attributes; to and from CVAT"),
    ActionSpec("forget_learned", "Object", "Forget what was learned", (), _O,
               "What the model learned of all chosen objects; their masks stay"),
    ActionSpec("delete_object", "Object", "Delete object", ("Ctrl+Delete",), _O,
               "All chosen ones, with their masks; Undo brings them back"),
    *_NUMBERS,
)  # fmt: skip
