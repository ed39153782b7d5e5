"""How the menus are laid out: at most ten items each, in groups with lines between them.

Which menu an action is named after stays with the action (``ActionSpec.menu``); what is needed less
often stands in a menu inside it.
"""

from __future__ import annotations

from dataclasses import dataclass

from vostool.words import mark

MOST = 10
"""Items of one menu, lines not counted."""
LINE = ""
RECENT, DOCKS, THEMES, MORE = "*recent", "*docks", "*themes", "*more"
"""Places of menus that are filled from elsewhere, and of actions that stand nowhere here: those of
tools that plugins bring."""


@dataclass(frozen=True)
class Inner:
    """A menu in a menu.

    Attributes:
        title: to be translated.
        items: ids of actions, and :data:`LINE`.
    """

    title: str
    items: tuple[str, ...]


Items = tuple[str | Inner, ...]

ARRANGEMENT: dict[str, Items] = {
    "File": (
        "open", RECENT,
        Inner(mark("Open other"), ("open_folder", "cvat_open", "open_sample", LINE, "new_window")),
        LINE, "save", "save_as", LINE,
        Inner(
            mark("Labels in and out"),
            ("import", "import_folder", LINE, "export_again", "cvat_push"),
        ),
        "export", "batch", LINE, "settings", "quit",
    ),
    "Edit": ("undo", "redo", "history", LINE, "clear", "delete_mask", LINE, "confirm"),
    "Tools": (
        "point", "negative", "box", "scribble", LINE,
        Inner(mark("Change the mask"), ("brush", "eraser", "polygon", "lasso", "wand", "move")),
        "select", "hand", MORE, LINE,
        Inner(mark("Size"), ("tool_smaller", "tool_larger")), LINE,
        Inner(mark("Models"), ("models", "train")),
    ),
    "Mask": (
        "copy_previous", "copy_next", LINE, "fill_holes", "drop_specks", "keep_largest",
        "tidy_new", LINE, "grow", "shrink", "smooth", LINE, "refine_visible",
    ),
    "Object": (
        "new_object", "finish", "finish_named", "next_label", LINE, "find_objects", LINE, "relabel",
        Inner(
            mark("Show and lock"),
            ("show_object", "solo", "lock", LINE, "recolour", "find_object", LINE, "to_front",
             "to_back", "stack_by_number"),
        ),
        Inner(
            mark("Which is which"),
            ("merge_objects", "split_object", "swap_objects", "renumber", LINE, "forget_learned"),
        ),
        LINE, "labels", "delete_object",
    ),
    "Track": (
        "track_forward", "track_backward", "track_both", LINE,
        Inner(mark("A few frames"), ("track_step", "track_count")),
        Inner(
            mark("To keyframes"),
            ("track_to_next", "track_to_previous", "track_between", LINE, "track_correction"),
        ),
        Inner(
            mark("From annotated frames"),
            ("track_initial", "track_again", "track_reuse", LINE, "track_imported"),
        ),
        "track_discover", LINE,
        Inner(
            mark("How runs go"),
            ("scope_all", "scope_visible", "only_selected", LINE, "look_while_tracking", "draft",
             LINE, "memory_standard", "memory_distractor", "memory_long", LINE, "follow_run"),
        ),
        "pause_run", "cancel",
    ),
    "Range": (
        "range_begin", "range_end", "range_clear",
        Inner(mark("Go to"), ("range_go_begin", "range_go_end")), "loop", LINE, "track_range",
        "range_confirm", "range_confirm_object", LINE,
        Inner(
            mark("Masks in range"),
            ("range_copy", "range_absent", LINE, "range_move", "range_relabel", LINE,
             "range_delete", "range_delete_all"),
        ),
    ),
    "Review": (
        "review_next", "review_previous", "review_play", LINE, "review_confirm",
        "review_confirm_frame", "review_dismiss", LINE, "review_retrack", "review_bring_back",
    ),
    "Go": (
        "play", Inner(mark("Play faster or back"), ("play_backward", "pause", "play_forward")),
        LINE, "next", "previous", "next_10", "previous_10", LINE, "next_prompted",
        "previous_prompted", LINE, "first", "last",
    ),
    "View": (
        Inner(mark("Zoom"), ("zoom_in", "zoom_out", LINE, "fit", "actual_size")),
        Inner(
            mark("Timeline"),
            ("timeline_in", "timeline_out", "timeline_whole", LINE, "view_thumbnails",
             "timeline_legend"),
        ),
        LINE, "view_panel",
        Inner(
            mark("Style of masks"),
            ("style_fill", "style_outline", "style_spotlight", "style_checkerboard", "style_black",
             "style_difference", LINE, "style_next", LINE, "opacity_up", "opacity_down"),
        ),
        "hide_masks", "peek",
        Inner(mark("On the picture"), ("view_labels", "view_minimap", "view_preview")),
        "picture_as_it_is", LINE, DOCKS, THEMES,
    ),
    "Help": ("palette", LINE, "tour", "shortcuts", "edit_shortcuts", LINE, "about"),
}  # fmt: skip
"""The menus in the order of the bar, as they are named in the table of actions."""


def placed() -> set[str]:
    """Ids of the actions that have a place here."""
    return {
        each
        for items in ARRANGEMENT.values()
        for item in items
        for each in (item.items if isinstance(item, Inner) else (item,))
    }
