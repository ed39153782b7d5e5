"""What the mouse does, for the page of shortcuts."""

from __future__ import annotations

from vostool.words import mark

MOUSE: tuple[tuple[str, str], ...] = (
    (mark("Left click"), mark("Positive point: this belongs to the object")),
    (mark("Right click or Ctrl+click"), mark("Negative point: this does not")),
    (mark("Left drag"), mark("Box around the object (Point and Box); moves the picture (Hand)")),
    (
        mark("Left drag with a tool that draws"),
        mark("Scribbles, paints, draws a lasso, moves a mask"),
    ),
    (
        mark("Right or Ctrl with a tool that draws"),
        mark("The other way: erases, takes away, not the object"),
    ),
    (mark("Alt+wheel or Shift+wheel"), mark("Size of the brush, tolerance of the wand")),
    (mark("Shift+click"), mark("Selects the object whose mask is there; again: the one behind it")),
    (
        mark("Click, double click, right click (Polygon)"),
        mark("Adds a corner, closes, takes one back"),
    ),
    (mark("Middle drag"), mark("Moves the picture with every tool")),
    (mark("Drag in the minimap"), mark("Moves the part that is seen")),
    (mark("Press or drag on the thumbnails"), mark("Moves the playhead")),
    (mark("Wheel"), mark("Zoom at the cursor; on the timeline, one frame")),
    (mark("Press or drag on the timeline"), mark("Moves the playhead; selects the row's object")),
    (
        mark("Shift+drag on the timeline"),
        mark("Chooses a range; its ends can be dragged on the ruler"),
    ),
    (mark("Ctrl+wheel on the timeline"), mark("Zooms in time at the cursor")),
    (mark("Shift+wheel or middle drag on the timeline"), mark("Moves along in time")),
    (mark("Wheel on the timeline's labels"), mark("Scrolls through the objects")),
    (mark("Right click on the timeline"), mark("What can be done with the range")),
)
