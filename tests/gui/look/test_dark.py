"""Every screen in the dark theme: nothing too faint to be read, and no text that is cut."""

from __future__ import annotations

from tests.gui.look.conftest import check_readable


def test_everything_can_be_read(walk) -> None:
    check_readable(walk, "Dark")
