"""What belongs to no frame: files, undo, help."""

from __future__ import annotations

from vostool.gui.actions.spec import ActionSpec, ActionTable, Needs

_O = Needs.OBJECT

FILE: ActionTable = (
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
    ActionSpec("export_again", "File", "Export again", ("Ctrl+Alt+E",),
               tip="With the formats and options of the last export", icon="export"),
    ActionSpec("batch", "File", "Batch…", (), Needs.NOTHING,
               "Many videos labelled by themselves, here or on a cluster, and one review of all"),
    ActionSpec("settings", "File", "Settings…", ("Ctrl+,",), Needs.NOTHING,
               "Theme, engine, memory, labels and keys"),
    ActionSpec("new_window", "File", "New window", ("Ctrl+Shift+N",), Needs.NOTHING,
               "For another video; with an engine of its own"),
    ActionSpec("quit", "File", "Quit", ("Ctrl+Q",), Needs.NOTHING),
)  # fmt: skip

EDIT: ActionTable = (
    ActionSpec("undo", "Edit", "Undo", ("Ctrl+Z",), icon="undo"),
    ActionSpec("redo", "Edit", "Redo", ("Ctrl+Shift+Z", "Ctrl+Y"), icon="redo"),
    ActionSpec("history", "Edit", "History…", ("Ctrl+Alt+Z",), icon="history",
               tip="Every step with its time and size; click one to go there"),
    ActionSpec("clear", "Edit", "Clear prompts", ("C",), _O, "Of this object on this frame"),
    ActionSpec("delete_mask", "Edit", "Delete mask", ("Delete",), _O, "On this frame"),
    ActionSpec("confirm", "Edit", "Confirm frame", ("V",), tip="Runs never overwrite it"),
)  # fmt: skip

HELP: ActionTable = (
    ActionSpec("palette", "Help", "Find a command…", ("Ctrl+K", "F1"), Needs.NOTHING,
               "Type what you want to do"),
    ActionSpec("tour", "Help", "Tour", (), Needs.NOTHING, "Five notes beside what they explain"),
    ActionSpec("shortcuts", "Help", "Keyboard and mouse…", ("Shift+F1",), Needs.NOTHING),
    ActionSpec("edit_shortcuts", "Help", "Change shortcuts…", (), Needs.NOTHING,
               "One by one, or as X-AnyLabeling or CVAT have them"),
    ActionSpec("about", "Help", "About VOSTool…", (), Needs.NOTHING),
)  # fmt: skip
