"""Every size and colour of the window, once. No Qt.

The style sheet (``resources/window.qss``) is filled from here, and what paints by hand asks here; a
test looks for sizes and colours that stand anywhere else. Colours are at 4.5 to 1 with what lies
below them where they are text, at 3 to 1 where they are marks and icons (WCAG 2.2, 1.4.3 and
1.4.11), which a test measures on the screens themselves.
"""

from __future__ import annotations

from typing import NamedTuple

Rgb = tuple[int, int, int]


class Space:
    """Pixels between things and around them."""

    NONE, XS, S, M, L, XL = 0, 2, 4, 8, 12, 16


class Type:
    """Sizes of text as shares of the system's."""

    SMALL, BODY, TITLE, HEADING = 0.85, 1.0, 1.2, 2.0


LINE, EDGE = 1, 4
"""Pixels: of a border, and of the coloured edge of what wants to be noticed."""
RADIUS = 4
"""Pixels of every rounded corner."""
ICON = 20
"""Pixels of an icon's side."""


class Colours(NamedTuple):
    """One theme. From ``good`` on they are tones: text and marks that say something by colour.

    Attributes:
        window, base, alternate: grounds: of bars and dialogs, of lists and fields, of every other
            row and of the timeline's lanes.
        text, dimmed, disabled: on each of them; what is disabled may be fainter.
        button: the ground of buttons and tooltips.
        highlight, highlighted: the ground of what is selected, and the text on it.
        line, hover: borders, and the ground of a button under the mouse.
        model, mask: what asks the model, and what changes masks by hand.
        run: the frame that a run has reached.
        playhead: the frame that is seen.
        confirmed, jump, low: of masks on the timeline; a jump is one unlike the frame before.
    """

    window: str
    base: str
    alternate: str
    text: str
    dimmed: str
    disabled: str
    button: str
    highlight: str
    highlighted: str
    line: str
    hover: str
    good: str
    attention: str
    bad: str
    model: str
    mask: str
    run: str
    playhead: str
    confirmed: str
    jump: str
    low: str


LIGHT = Colours(
    window="#f3f4f6",
    base="#ffffff",
    alternate="#eceef1",
    text="#1b1f24",
    dimmed="#565d66",
    disabled="#7d848d",
    button="#f3f4f6",
    highlight="#1f6bbd",
    highlighted="#ffffff",
    line="#a9adb3",
    hover="#e2e5e9",
    good="#166329",
    attention="#865000",
    bad="#b02025",
    model="#1c62b8",
    mask="#9a4b00",
    run="#1f78d6",
    playhead="#dc2f2f",
    confirmed="#008a64",
    jump="#b86700",
    low="#d02c2c",
)
DARK = Colours(
    window="#24272c",
    base="#1b1d21",
    alternate="#2a2e34",
    text="#e4e7eb",
    dimmed="#b8bec7",
    disabled="#949ba5",
    button="#2f333a",
    highlight="#2f74c0",
    highlighted="#ffffff",
    line="#50565f",
    hover="#3a3f47",
    good="#57c97b",
    attention="#e3a64b",
    bad="#ff8078",
    model="#6fb1ff",
    mask="#f0a04b",
    run="#3d95f0",
    playhead="#ff5252",
    confirmed="#40d2a0",
    jump="#f5b446",
    low="#ff685c",
)
"""Confirmed, jump and low are Okabe & Ito's bluish green, orange and vermillion, darker on light
and lighter on dark: safe for the colour-blind."""
THEMES = {"Light": LIGHT, "Dark": DARK}


class Fill:
    """Grounds of badges and bars that are the same in both themes; :attr:`TEXT` stands on them."""

    GOOD, ATTENTION, MODEL, MASK = "#1b7f3b", "#8a5a00", "#1c62b8", "#9a4b00"
    STAND_IN, CARD = "#a34a06", "#3d4f9f"
    TEXT = "#ffffff"


class Over:
    """Drawn over the picture, whose colours nobody knows: light with a dark line around, or so."""

    LIGHT, DARK = (255, 255, 255), (0, 0, 0)
    POSITIVE, NEGATIVE = (60, 220, 90), (255, 70, 70)
    MODEL, MASK, VIEW = (111, 177, 255), (240, 160, 75), (235, 235, 235)
    LEFT_OUT = (70, 74, 80)
    TOUR = (217, 119, 6)


def rgb(name: str) -> Rgb:
    """ "#1b1f24" as numbers 0..255."""
    return int(name[1:3], 16), int(name[3:5], 16), int(name[5:7], 16)
