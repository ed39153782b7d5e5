"""What every canvas tool has; the tools themselves bring an action each with their specs."""

from __future__ import annotations

from vostool.gui.actions.spec import ActionSpec, ActionTable, Needs

TOOLS: ActionTable = (
    ActionSpec("tool_smaller", "Tools", "Smaller brush", (",",), Needs.NOTHING,
               "Or a lower tolerance of the wand"),
    ActionSpec("tool_larger", "Tools", "Larger brush", (".",), Needs.NOTHING,
               "Or a higher tolerance of the wand"),
    ActionSpec("models", "Tools", "Models…", (), Needs.NOTHING, "Fetch SAM 2, choose the engine"),
    ActionSpec("train", "Tools", "Train on these labels…", (), Needs.NOTHING,
               "A new engine learns what you made and confirmed; you compare before it is used"),
)  # fmt: skip
