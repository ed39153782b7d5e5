"""What the mouse does, for the page of shortcuts."""

from __future__ import annotations

MOUSE: tuple[tuple[str, str], ...] = (
    ("Left click", "Positive point: this belongs to the object"),
    ("Right click or Ctrl+click", "Negative point: this does not"),
    ("Left drag", "Box around the object (Point and Box); moves the picture (Hand)"),
    ("Left drag with a tool that draws", "Scribbles, paints, draws a lasso, moves a mask"),
    ("Right or Ctrl with a tool that draws", "The other way: erases, takes away, not the object"),
    ("Alt+wheel or Shift+wheel", "Size of the brush, tolerance of the wand"),
    ("Shift+click", "Selects the object whose mask is there; again: the one behind it"),
    ("Click, double click, right click (Polygon)", "Adds a corner, closes, takes one back"),
    ("Middle drag", "Moves the picture with every tool"),
    ("Drag in the minimap", "Moves the part that is seen"),
    ("Press or drag on the thumbnails", "Moves the playhead"),
    ("Wheel", "Zoom at the cursor; on the timeline, one frame"),
    ("Press or drag on the timeline", "Moves the playhead; selects the row's object"),
    ("Shift+drag on the timeline", "Chooses a range; its ends can be dragged on the ruler"),
    ("Ctrl+wheel on the timeline", "Zooms in time at the cursor"),
    ("Shift+wheel or middle drag on the timeline", "Moves along in time"),
    ("Wheel on the timeline's labels", "Scrolls through the objects"),
    ("Right click on the timeline", "What can be done with the range"),
)
