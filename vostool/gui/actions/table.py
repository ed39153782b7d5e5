"""Every action once: id, menu, text, shortcuts and what it needs.

The actions that choose a canvas tool come with the tools, which are above this module; the window
puts both into one table, :func:`vostool.gui.window.action_table.action_table`.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass


class Needs(enum.Enum):
    """When an action can be used."""

    NOTHING = "always"
    SOURCE = "with an open video"
    OBJECT = "with a selected object"
    JOB = "with an open CVAT job"
    RUN = "while a track run goes"
    RANGE = "with a range on the timeline"
    RANGE_OBJECT = "with a range on the timeline and a selected object"


@dataclass(frozen=True)
class ActionSpec:
    """One action; the first shortcut is the one that menus show.

    Attributes:
        icon: the name of a file of ``resources/icons``; "" without one.
        tint: the tone in which the icon is drawn; "" for the text's colour.
    """

    id: str
    menu: str
    text: str
    shortcuts: tuple[str, ...] = ()
    needs: Needs = Needs.SOURCE
    tip: str = ""
    checkable: bool = False
    icon: str = ""
    tint: str = ""


ActionTable = tuple[ActionSpec, ...]


_S, _O = Needs.SOURCE, Needs.OBJECT
_R, _RO = Needs.RANGE, Needs.RANGE_OBJECT
_NUMBERS = tuple(
    ActionSpec(f"object_{n}", "Object", f"Select object {n}", (str(n),)) for n in range(1, 10)
)

ACTIONS: ActionTable = (
    ActionSpec("open", "File", "Open video or project…", ("Ctrl+O",), Needs.NOTHING, icon="open"),
    ActionSpec("open_folder", "File", "Open image folder…", ("Ctrl+U",), Needs.NOTHING),
    ActionSpec("open_sample", "File", "Open the sample clip", (), Needs.NOTHING,
               "A generated video to try everything on"),
    ActionSpec("cvat_open", "File", "Open CVAT job…", ("Ctrl+J",), Needs.NOTHING,
               "From a server; its annotations and frames come along"),
    ActionSpec("cvat_push", "File", "Push to CVAT…", ("Ctrl+Shift+J",), Needs.JOB,
               "Sends what changed, after showing it"),
    ActionSpec("save", "File", "Save project", ("Ctrl+S",), tip="Changes are saved as you work"),
    ActionSpec("save_as", "File", "Save project as…", ("Ctrl+Shift+S",)),
    ActionSpec("import", "File", "Import labels…", ("Ctrl+I",),
               tip="CVAT, COCO, masks and others, as the start of a track"),
    ActionSpec("import_folder", "File", "Import folder of labels…", ("Ctrl+Shift+I",)),
    ActionSpec("export", "File", "Export…", ("Ctrl+E",), Needs.NOTHING,
               "This project, or many at once, in the formats of other programs", icon="export"),
    ActionSpec("models", "File", "Models…", (), Needs.NOTHING, "Fetch SAM 2, choose the engine"),
    ActionSpec("settings", "File", "Settings…", ("Ctrl+,",), Needs.NOTHING,
               "Theme, engine, memory, labels and keys"),
    ActionSpec("new_window", "File", "New window", ("Ctrl+Shift+N",), Needs.NOTHING,
               "For another video; with an engine of its own"),
    ActionSpec("quit", "File", "Quit", ("Ctrl+Q",), Needs.NOTHING),
    ActionSpec("undo", "Edit", "Undo", ("Ctrl+Z",), icon="undo"),
    ActionSpec("redo", "Edit", "Redo", ("Ctrl+Shift+Z", "Ctrl+Y"), icon="redo"),
    ActionSpec("clear", "Edit", "Clear prompts", ("C",), _O, "Of this object on this frame"),
    ActionSpec("delete_mask", "Edit", "Delete mask", ("Delete",), _O, "On this frame"),
    ActionSpec("confirm", "Edit", "Confirm frame", ("V",), tip="Runs never overwrite it"),
    ActionSpec("tool_smaller", "Tools", "Smaller brush", (",",), Needs.NOTHING,
               "Or a lower tolerance of the wand"),
    ActionSpec("tool_larger", "Tools", "Larger brush", (".",), Needs.NOTHING,
               "Or a higher tolerance of the wand"),
    ActionSpec("copy_previous", "Mask", "Copy mask from the frame before", ("Alt+Left",), _O,
               "From the nearest one that has a mask"),
    ActionSpec("copy_next", "Mask", "Copy mask from the frame after", ("Alt+Right",), _O,
               "From the nearest one that has a mask"),
    ActionSpec("fill_holes", "Mask", "Fill holes", ("Ctrl+Alt+H",), _O),
    ActionSpec("drop_specks", "Mask", "Drop specks", ("Ctrl+Alt+D",), _O,
               "Parts that are small beside the whole"),
    ActionSpec("keep_largest", "Mask", "Keep largest part", ("Ctrl+Alt+L",), _O),
    ActionSpec("grow", "Mask", "Grow by a pixel", ("Ctrl+Up",), _O),
    ActionSpec("shrink", "Mask", "Shrink by a pixel", ("Ctrl+Down",), _O),
    ActionSpec("refine_visible", "Mask", "Refine on the visible part", ("Ctrl+R",), _O,
               "Zoomed in: the model looks at what is seen alone, for a finer outline"),
    ActionSpec("smooth", "Mask", "Smooth outline", ("Ctrl+Alt+M",), _O),
    ActionSpec("new_object", "Object", "New object", ("Shift+N",)),
    ActionSpec("finish", "Object", "Finish object", ("F", "Return"), _O,
               "The next click starts another object"),
    ActionSpec("finish_named", "Object", "Finish object and name it…", ("Shift+F",), _O,
               "Asks for its label and number; the next click starts another object"),
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
    ActionSpec("delete_object", "Object", "Delete object", ("Ctrl+Delete",), _O,
               "All chosen ones, with their masks; Undo brings them back"),
    *_NUMBERS,
    ActionSpec("track_backward", "Track", "Track backward", ("[", "Ctrl+Shift+T"),
               tip="From this frame to the start", icon="track_backward"),
    ActionSpec("track_forward", "Track", "Track forward", ("]", "Ctrl+T"),
               tip="From this frame to the end", icon="track_forward"),
    ActionSpec("track_both", "Track", "Track both ways", ("\\", "Ctrl+B"),
               tip="From this frame to the end, then to the start", icon="track_both"),
    ActionSpec("track_to_previous", "Track", "Track to the previous keyframe", ("Ctrl+[",),
               tip="Keyframes are prompted, edited, imported and confirmed frames"),
    ActionSpec("track_to_next", "Track", "Track to the next keyframe", ("Ctrl+]",),
               tip="Keyframes are prompted, edited, imported and confirmed frames"),
    ActionSpec("track_count", "Track", "Track so many frames…", ("Ctrl+Alt+N",),
               tip="From this frame; asks how many and which way"),
    ActionSpec("track_between", "Track", "Track between keyframes", ("Ctrl+Alt+B",),
               tip="From those on either side of this frame, blended by distance and score"),
    ActionSpec("track_correction", "Track", "Track what was corrected", ("Shift+R", "Ctrl+Alt+C"),
               tip="The objects corrected on this frame, to their keyframes on either side"),
    ActionSpec("track_imported", "Track", "Track from imported frames", ("Ctrl+Alt+I",),
               tip="Objects of the last import, from their first frame to the end"),
    ActionSpec("track_initial", "Track", "Track from all annotated frames", ("Ctrl+Alt+T",),
               tip="Initial segmentation: to the end, restarting at every annotated frame"),
    ActionSpec("track_again", "Track", "Track again from frames…", ("Ctrl+Alt+R",),
               tip="Re-segmentation: each to the next annotated frame; the rest stays"),
    ActionSpec("track_reuse", "Track", "Go on from the last result", ("Ctrl+Alt+G",),
               tip="What is still missing, from the masks that are there"),
    ActionSpec("track_step", "Track", "Track one frame", ("T",),
               tip="To the next frame, which is shown"),
    ActionSpec("scope_all", "Track", "Runs take all objects", (), Needs.NOTHING,
               "Locked ones stay as they are", checkable=True),
    ActionSpec("scope_visible", "Track", "Runs take the visible objects", (), Needs.NOTHING,
               "Hidden ones stay as they are", checkable=True),
    ActionSpec("only_selected", "Track", "Runs take the selected object", ("Ctrl+Alt+O",),
               Needs.NOTHING, "The others stay as they are; once more: all objects",
               checkable=True),
    ActionSpec("draft", "Track", "Draft quality", (), Needs.NOTHING,
               "SAM 2 on 512 pixels: several times faster, coarser edges", checkable=True),
    ActionSpec("pause_run", "Track", "Pause tracking", ("Ctrl+Alt+P",), Needs.RUN,
               "Clicks are answered; once more goes on", checkable=True, icon="pause"),
    ActionSpec("cancel", "Track", "Cancel tracking", ("Esc",), Needs.RUN,
               "What is done stays", icon="cancel"),
    ActionSpec("range_begin", "Range", "Range starts here", ("I",)),
    ActionSpec("range_end", "Range", "Range ends here", ("O",)),
    ActionSpec("range_go_begin", "Range", "Go to the start of the range", ("Shift+I",), _R),
    ActionSpec("range_go_end", "Range", "Go to the end of the range", ("Shift+O",), _R),
    ActionSpec("range_clear", "Range", "Clear range", ("Alt+X",), _R),
    ActionSpec("loop", "Range", "Loop", ("Ctrl+L",), tip="Playing goes round in the range, or in "
               "the whole video where there is none", checkable=True),
    ActionSpec("track_range", "Range", "Track just this range", ("Shift+T",), _R,
               "Frames outside it stay as they are"),
    ActionSpec("range_confirm", "Range", "Confirm range", ("Shift+V",), _R,
               "The masks of all objects; once more takes it back"),
    ActionSpec("range_confirm_object", "Range", "Confirm range of this object",
               ("Ctrl+Shift+V",), _RO),
    ActionSpec("range_copy", "Range", "Copy mask over range", ("Shift+C",), _RO,
               "The mask of this frame; masks that are yours stay"),
    ActionSpec("range_absent", "Range", "Mark absent in range", ("Shift+X",), _RO,
               "This object is not to be seen there"),
    ActionSpec("range_delete", "Range", "Delete masks in range", ("Shift+Delete",), _RO,
               "Of this object, with its prompts"),
    ActionSpec("range_move", "Range", "Move masks in range to another object…", ("Ctrl+Alt+V",),
               _RO, "Those of this object; asks which one gets them"),
    ActionSpec("range_relabel", "Range", "Change label in range…", ("Alt+Shift+L",), _RO,
               "There this object becomes another one with that label"),
    ActionSpec("range_delete_all", "Range", "Delete masks of all objects in range",
               ("Ctrl+Shift+Delete",), _R),
    ActionSpec("review_next", "Review", "Next place to review", ("N", "Alt+N"),
               tip="The mask that is most likely wrong; selects its object", icon="review_next"),
    ActionSpec("review_previous", "Review", "Previous place to review", ("P", "Alt+P"),
               icon="review_previous"),
    ActionSpec("review_confirm", "Review", "Confirm and go on", ("Y",),
               tip="This mask is right: runs never overwrite it", icon="review_confirm"),
    ActionSpec("review_confirm_frame", "Review", "Confirm the frame and go on", ("Alt+Y",),
               tip="All masks of the frame are right"),
    ActionSpec("review_dismiss", "Review", "Dismiss and go on", ("Shift+Y",),
               tip="Out of the queue as long as the mask stays as it is", icon="review_dismiss"),
    ActionSpec("review_bring_back", "Review", "Bring dismissed back", ()),
    ActionSpec("play", "Go", "Play or pause", ("Space",), icon="play"),
    ActionSpec("play_backward", "Go", "Play backward", ("J",),
               tip="Again: twice as fast, up to eight times"),
    ActionSpec("pause", "Go", "Pause", ("K",)),
    ActionSpec("play_forward", "Go", "Play forward", ("L",),
               tip="Again: twice as fast, up to eight times"),
    ActionSpec("next", "Go", "Next frame", ("Right", "D"), icon="next"),
    ActionSpec("previous", "Go", "Previous frame", ("Left", "A"), icon="previous"),
    ActionSpec("next_10", "Go", "10 frames forward", ("Shift+Right", "Shift+D")),
    ActionSpec("previous_10", "Go", "10 frames back", ("Shift+Left", "Shift+A")),
    ActionSpec("first", "Go", "First frame", ("Home",), icon="first"),
    ActionSpec("last", "Go", "Last frame", ("End",), icon="last"),
    ActionSpec("next_prompted", "Go", "Next prompted frame", ("PgDown", "E")),
    ActionSpec("previous_prompted", "Go", "Previous prompted frame", ("PgUp", "W")),
    ActionSpec("zoom_in", "View", "Zoom in", ("Ctrl++", "+", "=")),
    ActionSpec("zoom_out", "View", "Zoom out", ("Ctrl+-", "-")),
    ActionSpec("fit", "View", "Fit", ("0", "Ctrl+0")),
    ActionSpec("actual_size", "View", "One to one", ("Ctrl+1",)),
    ActionSpec("timeline_in", "View", "Zoom timeline in", ("Alt++", "Alt+=")),
    ActionSpec("timeline_out", "View", "Zoom timeline out", ("Alt+-",)),
    ActionSpec("timeline_whole", "View", "Whole timeline", ("Alt+0",)),
    ActionSpec("hide_masks", "View", "Hide masks", ("M",), checkable=True),
    ActionSpec("peek", "View", "Bare frame while held", ("Z",),
               tip="As long as the key is down; from the menu, until the next key or click"),
    ActionSpec("style_next", "View", "Next style of masks", ("Ctrl+Alt+Y",), Needs.NOTHING),
    ActionSpec("style_fill", "View", "Fill", (), Needs.NOTHING, checkable=True),
    ActionSpec("style_outline", "View", "Outline", (), Needs.NOTHING, checkable=True),
    ActionSpec("style_spotlight", "View", "Spotlight", (), Needs.NOTHING,
               "The rest of the picture is dimmed, as far as the opacity says", checkable=True),
    ActionSpec("style_checkerboard", "View", "Matte on checkerboard", (), Needs.NOTHING,
               "The objects alone", checkable=True),
    ActionSpec("style_black", "View", "Matte on black", (), Needs.NOTHING, "The objects alone",
               checkable=True),
    ActionSpec("style_difference", "View", "Difference to the last run", (), Needs.NOTHING,
               "What the last track run added, removed and left", checkable=True),
    ActionSpec("opacity_up", "View", "More opaque", ("Alt+Up",), Needs.NOTHING),
    ActionSpec("opacity_down", "View", "Less opaque", ("Alt+Down",), Needs.NOTHING),
    ActionSpec("view_labels", "View", "Names at the masks", ("Shift+L",), Needs.NOTHING,
               checkable=True),
    ActionSpec("view_minimap", "View", "Minimap when zoomed in", (), Needs.NOTHING,
               "Drag in it to move the view", checkable=True),
    ActionSpec("view_preview", "View", "Preview under the mouse", ("Shift+Q",), Needs.NOTHING,
               "The mask that a click would give, where the model is fast enough", checkable=True),
    ActionSpec("view_thumbnails", "View", "Thumbnails on the timeline", (), Needs.NOTHING,
               checkable=True),
    ActionSpec("picture_as_it_is", "View", "Picture as it is", ("Alt+Z",), Needs.NOTHING,
               "Without the brightness, contrast and gamma chosen for looking"),
    ActionSpec("palette", "Help", "Find a command…", ("Ctrl+K", "F1"), Needs.NOTHING,
               "Type what you want to do"),
    ActionSpec("tour", "Help", "Tour", (), Needs.NOTHING, "Five notes beside what they explain"),
    ActionSpec("shortcuts", "Help", "Keyboard and mouse…", ("Shift+F1",), Needs.NOTHING),
    ActionSpec("edit_shortcuts", "Help", "Change shortcuts…", (), Needs.NOTHING,
               "One by one, or as X-AnyLabeling or CVAT have them"),
    ActionSpec("about", "Help", "About VOSTool…", (), Needs.NOTHING),
)  # fmt: skip


def with_actions(table: ActionTable, more: Iterable[ActionSpec]) -> ActionTable:
    """The table with further actions, which come first in their menus, in their order.

    Raises:
        ValueError: two actions have the same id.
    """
    added = tuple(more)
    menus = [spec.menu for spec in table]
    made = list(table)
    for menu in dict.fromkeys(spec.menu for spec in added):
        place = menus.index(menu) if menu in menus else len(made)
        made[place:place] = [spec for spec in added if spec.menu == menu]
        menus = [spec.menu for spec in made]
    ids = [spec.id for spec in made]
    if twice := sorted({each for each in ids if ids.count(each) > 1}):
        raise ValueError(f"several actions have the id {twice[0]!r}")
    return tuple(made)
