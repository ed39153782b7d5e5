"""Looking at and opening files that a stranger may have named or made.

Only regular files are read: a named pipe would keep the reader waiting for ever, a device such as
``/dev/zero`` never ends. What cannot be read is an :class:`OSError` whose ``strerror`` says it in
words, so that whoever handles a missing file handles these as well.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

from vostool.errors import UsageError
from vostool.words import tr

_KINDS = (
    (stat.S_ISFIFO, "it is a named pipe, not a file"),
    (stat.S_ISSOCK, "it is a socket, not a file"),
    (stat.S_ISCHR, "it is a device, not a file"),
    (stat.S_ISBLK, "it is a device, not a file"),
)
_NO_WAIT = getattr(os, "O_NONBLOCK", 0)


class NotRegular(OSError):
    """The name belongs to a pipe, a socket or a device."""


class TooLarge(OSError):
    """The file is larger than one of its kind can be."""


def refuse_special(path: Path) -> os.stat_result:
    """Facts about a file or folder, following links; for libraries that open files by themselves.

    Raises:
        NotRegular: it is a pipe, a socket or a device.
        OSError: it is not there, or may not be looked at.
    """
    facts = os.stat(path)
    _check(facts, path)
    return facts


def open_regular(path: Path) -> BinaryIO:
    """Open a regular file for reading; never waits for somebody to write to it.

    Raises:
        NotRegular: it is a pipe, a socket or a device.
        OSError: it cannot be opened.
    """
    refuse_special(path)  # before opening: that alone moves a tape
    file = open(path, "rb", opener=_opener)  # noqa: SIM115 - handed to the caller
    try:
        _check(os.fstat(file.fileno()), path)
    except OSError:
        file.close()
        raise
    return file


def read_bounded(path: Path, most: int) -> bytes:
    """All bytes of a regular file of at most ``most`` bytes.

    Raises:
        NotRegular, TooLarge: it is none, or larger; little was read.
        OSError: it cannot be read.
    """
    with open_regular(path) as file:
        size = os.fstat(file.fileno()).st_size
        # One that the kernel makes up (/proc/kmsg) may have nothing yet: None, as nothing waits.
        data = b"" if size > most else file.read(most + 1) or b""
        if size > most or len(data) > most:
            raise TooLarge(
                errno.EFBIG,
                tr("it is larger than {shown_size}", shown_size=shown_size(most)),
                str(path),
            )
        return data


def is_special(path: str | os.PathLike[str]) -> bool:
    """True for what :func:`open_regular` refuses; False for what is not there."""
    try:
        refuse_special(Path(path))
    except NotRegular:
        return True
    except (OSError, ValueError):
        return False
    return False


def is_there(path: str | os.PathLike[str]) -> bool:
    """True where the place exists and may be looked at; never raises, whatever the name."""
    try:
        os.stat(path)
    except (OSError, ValueError):
        return False
    return True


def expanded(text: str | os.PathLike[str], folder: Path | None = None) -> Path:
    """A path as typed, with ``~`` as the home folder.

    Args:
        folder: what a relative path counts from; None is the current folder.

    Raises:
        UsageError: it begins with the home folder of a user that there is not, and no file has
            that name.
    """
    typed = os.fspath(text)
    found = os.path.expanduser(typed)
    if found.startswith("~") and not is_there((folder or Path()) / found):
        raise UsageError(
            tr(
                "'{typed}' would be in the home folder of a user that this "
                "computer does not know; write './{typed}' where it is the "
                "name of a file or folder.",
                typed=typed,
            )
        )
    return Path(found)


def shown_size(size: int) -> str:
    """``16 MB``."""
    return f"{size >> 20} MB" if size >= 1 << 20 else f"{size >> 10} KB"


def _check(facts: os.stat_result, path: Path) -> None:
    for is_kind, words in _KINDS:
        if is_kind(facts.st_mode):
            raise NotRegular(errno.EINVAL, words, str(path))


def _opener(path: str, flags: int) -> int:
    return os.open(path, flags | _NO_WAIT)
