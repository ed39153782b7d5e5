"""Opening a source by its path: a video, a folder of images or another kind of folder."""

from __future__ import annotations

from pathlib import Path

from vostool.errors import SourceError
from vostool.files import NotRegular, expanded, refuse_special
from vostool.frames import FrameSource
from vostool.io.video.decode import open_video
from vostool.io.video.image_files import IMAGE_SUFFIXES
from vostool.io.video.image_folder import open_image_folder
from vostool.io.video.kinds import kind_of_folder
from vostool.io.video.pictures import pictures_in
from vostool.progress import Progress, silent
from vostool.words import shortened, tr


def open_source(
    path: str | Path, progress: Progress = silent, index_dir: Path | None = None
) -> FrameSource:
    """Open a video file, a folder of images or a CVAT job's folder in the frame cache.

    Args:
        path: the file or the folder.
        progress: told how far the opening is, where it takes longer than a moment.
        index_dir: where the indices of videos are kept; None takes the person's cache folder.

    Raises:
        SourceError: neither a video nor a folder of images; one sentence says why.
        Cancelled: through ``progress``.
    """
    place = expanded(path)
    _refuse_place(place)
    kind = kind_of_folder(place)
    if kind is not None:
        return kind.open(place)
    if place.is_dir():
        return open_image_folder(place, progress)
    if place.suffix.lower() in IMAGE_SUFFIXES:
        raise SourceError(_no_folder(place))
    return open_video(place, progress, index_dir)


def _refuse_place(place: Path) -> None:
    """Raise where there is nothing that could be opened, whatever the name is."""
    shown = shortened(str(place))
    try:
        refuse_special(place)
    except (FileNotFoundError, NotADirectoryError):
        raise SourceError(
            tr("There is no file or folder '{shown}'; check the name.", shown=shown)
        ) from None
    except PermissionError:
        raise SourceError(
            tr("'{shown}' may not be looked at; change the permissions of its folder.", shown=shown)
        ) from None
    except NotRegular as error:
        raise SourceError(
            tr(
                "'{shown}' cannot be opened: {strerror}; choose a video or a folder of images.",
                shown=shown,
                strerror=error.strerror,
            )
        ) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise SourceError(
            tr("'{shown}' cannot be opened ({reason}); check the name.", shown=shown, reason=reason)
        ) from None


def _no_folder(image: Path) -> str:
    """Why an image file is not opened by itself, and what to do."""
    count = pictures_in(image)
    if count == 0:
        return tr(
            "The file '{image_name}' is no image that can be read, and no video.",
            image_name=image.name,
        )
    if count == 1:
        return tr(
            "The file '{image_name}' is a single image; open the folder that holds it instead.",
            image_name=image.name,
        )
    return tr(
        "The file '{image_name}' is an image file with {count} "
        "pictures; convert it to a video or to a folder of single "
        "images, and open that.",
        image_name=image.name,
        count=count,
    )
