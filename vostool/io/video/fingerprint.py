"""Recognising the same pictures at another place, quickly, however large they are.

A fingerprint is no proof against forgery: it hashes the size and pieces spread over the file, so
a video of many gigabytes costs as much as one of a few megabytes.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from vostool.errors import SourceError
from vostool.files import open_regular
from vostool.frames import FrameSource, SourceRef
from vostool.io.video.image_files import image_files
from vostool.io.video.kinds import kind_of_folder
from vostool.words import tr

_PIECE = 64 * 1024
_PIECES = 16
_FOLDER_PIECE = 16 * 1024
_FOLDER_SAMPLES = 256
_PERSON = b"vostool-frames-1"  # 16 bytes; another way of hashing takes another number


def fingerprint(path: str | Path) -> tuple[int, str]:
    """Size in bytes and a hash (40 hex digits) of a video file or of a folder's images.

    A file is hashed by its size and 16 pieces of 64 KiB spread evenly over it (all of it, up to
    1 MiB), never by its name. A folder is hashed by every image's name and size, and by pieces of
    at most 256 images spread over the folder; other files in it do not count. Folders of another
    kind (:mod:`vostool.io.video.kinds`) are recognised as their reader says.

    Raises:
        SourceError: the file or the folder cannot be read.
    """
    place = Path(path)
    kind = kind_of_folder(place)
    known = None if kind is None else kind.fingerprint(place)
    if known is not None:
        return known
    digest = hashlib.blake2b(digest_size=20, person=_PERSON)
    try:
        size = _add_folder(digest, place) if place.is_dir() else _add_file(digest, place)
    except OSError as error:
        reason = error.strerror or error
        raise SourceError(
            tr(
                "The file '{filename}' cannot be read ({reason}).",
                filename=error.filename or place,
                reason=reason,
            )
        ) from (error)
    return size, digest.hexdigest()


def source_ref(source: FrameSource) -> SourceRef:
    """How a project remembers an opened source; reads pieces of the file.

    Raises:
        SourceError: the file or the folder cannot be read any more.
    """
    info = source.info
    size, hashed = fingerprint(info.path)
    return SourceRef(
        path=Path(os.path.abspath(info.path)),
        kind=info.kind,
        size_bytes=size,
        fingerprint=hashed,
        width=info.width,
        height=info.height,
        frame_count=info.frame_count,
        rate=info.rate,
    )


def _add_file(digest: hashlib.blake2b, path: Path) -> int:
    size = path.stat().st_size
    digest.update(b"file %d\n" % size)
    _add_pieces(digest, path, size, _PIECES, _PIECE)
    return size


def _add_folder(digest: hashlib.blake2b, folder: Path) -> int:
    files = image_files(folder)
    sizes = [file.stat().st_size for file in files]
    digest.update(b"folder %d\n" % len(files))
    for file, size in zip(files, sizes, strict=True):
        digest.update(b"%s\0%d\n" % (os.fsencode(file.name), size))
    step = max(1, -(-len(files) // _FOLDER_SAMPLES))
    for file, size in list(zip(files, sizes, strict=True))[::step]:
        _add_pieces(digest, file, size, 2, _FOLDER_PIECE)
    return sum(sizes)


def _add_pieces(
    digest: hashlib.blake2b, path: Path, size: int, pieces: int, piece_bytes: int
) -> None:
    """Hash ``pieces`` spread evenly, the first and the last bytes among them."""
    with open_regular(path) as file:
        if size <= pieces * piece_bytes:
            digest.update(file.read(size))
            return
        for number in range(pieces):
            file.seek((size - piece_bytes) * number // (pieces - 1))
            digest.update(file.read(piece_bytes))
