"""Every screen in the dark theme: nothing too faint to be read, and no text that is cut."""

from __future__ import annotations

from fitting import faults_of
from painted import marks_of, too_faint

from tests.gui.look.conftest import lasting


def test_everything_can_be_read(walk) -> None:
    faults: list[str] = []
    seen = 0
    for name, widget in walk("Dark"):
        marks = marks_of(widget)
        seen += len(marks)
        faults += [f"{name}: {each}" for each in too_faint(widget, marks)]
        faults += [f"{name}: {each}" for each in lasting(lambda w=widget: faults_of(w))]
    assert not faults, "\n".join(faults)
    assert seen > 3000, "texts and icons of some 90 screens"
