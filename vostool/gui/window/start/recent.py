"""What was opened lately: projects, videos, folders and jobs, the newest first."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

from PyQt6.QtWidgets import QMenu

from vostool.gui.settings import keys
from vostool.gui.settings.preferences import leave_out, settings, stored_json
from vostool.gui.window.start.presence import present
from vostool.words import tr

MOST = 10
LONGEST = 4096
"""Characters of a path; no system takes more."""
Opener = Callable[[Path], object]


def recent_paths() -> list[Path]:
    """The places opened lately; those that are not there any more are left out, not forgotten.

    A disk that is not plugged in today may be tomorrow, and one that hangs may answer later.
    """
    return present(_stored())


def remember_opened(path: Path) -> None:
    """Put a place at the head of the list."""
    _store([path, *(known for known in _stored() if known != path)][:MOST])


def forget_all() -> None:
    """Empty the list."""
    _store([])


def shown_name(path: Path) -> str:
    """Name and folder, with the home folder as ~."""
    folder = path.parent
    try:
        return f"{path.name}  —  {Path('~') / folder.relative_to(Path.home())}"
    except ValueError:
        return f"{path.name}  —  {folder}"


class RecentMenu(QMenu):
    """File > Open recent: filled each time that it is shown."""

    def __init__(self, open_path: Opener, before: QMenu) -> None:
        super().__init__(tr("Open recent"), before)
        self._open = open_path
        self.aboutToShow.connect(self.fill)
        self.fill()

    def fill(self) -> None:
        """List what can be opened again."""
        self.clear()
        paths = recent_paths()
        for path in paths:
            again = self.addAction(shown_name(path).replace("&", "&&"))
            assert again is not None
            again.triggered.connect(partial(self._choose, path))
        if not paths:
            nothing = self.addAction(tr("Nothing was opened yet"))
            assert nothing is not None
            nothing.setEnabled(False)
        self.addSeparator()
        empty = self.addAction(tr("Clear this list"))
        assert empty is not None
        empty.triggered.connect(lambda _checked=False: forget_all())
        empty.setEnabled(bool(paths))

    def _choose(self, path: Path, _checked: bool = False) -> None:
        self._open(path)


def _stored() -> list[Path]:
    names = stored_json(keys.RECENT, [])
    known = names if isinstance(names, list) else []
    usable = [name for name in known if isinstance(name, str) and 0 < len(name) <= LONGEST]
    if len(usable) != len(known) or known is not names:
        leave_out(tr("entries of the recent files"))
    return [Path(name) for name in usable if "\0" not in name][:MOST]


def _store(paths: list[Path]) -> None:
    settings().setValue(keys.RECENT, json.dumps([str(path) for path in paths]))
