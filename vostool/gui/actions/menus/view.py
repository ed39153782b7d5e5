"""Which frame is shown, and how."""

from __future__ import annotations

from vostool.gui.actions.spec import ActionSpec, ActionTable, Needs

GO: ActionTable = (
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
)  # fmt: skip

VIEW: ActionTable = (
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
)  # fmt: skip
