"""A mark on an open project file that no other descriptor of this process can take away.

SQLite's locks are POSIX locks, and the system drops all of a process's on a file as soon as the
process closes any descriptor of it: another reader here, a library that looks what kind of file it
is, a file dialog that wants an icon. SQLite does not notice, and a second window could then write
to the same project. So whoever has a project open also locks one byte, which SQLite does not use,
with a lock that belongs to the open file itself (an open file description lock of Linux). Systems
without it have SQLite's locks alone.
"""

from __future__ import annotations

import contextlib
import os
import struct
import sys
import threading
from pathlib import Path

from vostool.errors import ProjectBusyError
from vostool.words import tr

try:
    import fcntl
except ImportError:  # Windows, whose locks belong to the open file in any case
    _SET = None
else:
    _SET = getattr(fcntl, "F_OFD_SETLK", None) if sys.platform == "linux" else None

_BYTE = 0x4000_0000 + 512 + 64
"""Behind the 512 bytes from 1 GB on in which SQLite locks."""

_held: set[tuple[int, int]] = set()
"""Device and inode of what this process has open."""
_changing = threading.Lock()


class Hold:
    """This process has the file open for writing, from here until :meth:`release`.

    Raises:
        ProjectBusyError: another window or command has it, or this process already.
        OSError: it cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        facts = os.stat(path)
        self._identity = facts.st_dev, facts.st_ino
        with _changing:
            if self._identity in _held:  # no descriptor of it may be opened and closed
                raise _busy(path)
            self._descriptor = _marked(path)
            _held.add(self._identity)

    def release(self) -> None:
        """Give it back, after SQLite's connection was closed; to be called once."""
        with _changing:
            _held.remove(self._identity)
        if self._descriptor is not None:
            os.close(self._descriptor)


def is_held_here(path: Path) -> bool:
    """True where this process has the file open for writing."""
    with contextlib.suppress(OSError):
        facts = os.stat(path)
        return (facts.st_dev, facts.st_ino) in _held
    return False


def _marked(path: Path) -> int | None:
    """A descriptor of the file with the mark set; None on systems without such marks."""
    if _SET is None:
        return None
    descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    wanted = struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, _BYTE, 1, 0)
    try:
        fcntl.fcntl(descriptor, _SET, wanted)
    except (BlockingIOError, PermissionError):
        os.close(descriptor)
        raise _busy(path) from None
    except OSError:
        pass  # a file system without such locks: SQLite's own are left
    return descriptor


def _busy(path: Path) -> ProjectBusyError:
    return ProjectBusyError(
        tr(
            "The project '{path}' is open in another window or command; close it there first.",
            path=path,
        )
    )
