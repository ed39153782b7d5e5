"""The sample clip, to try everything on without a video of one's own; made when first opened."""

from __future__ import annotations

from pathlib import Path

from vostool.errors import SourceError
from vostool.evaluate.generated_clip import generate_clip, write_video
from vostool.io.project.drafts import drafts_folder
from vostool.progress import Progress
from vostool.words import tr

CLICK_HERE = (146.5, 56.5)
"""The middle of the starfish on the first frame, in pixels: every engine answers a click on it, or
near it, with the starfish (the ladybird has spots that some take for the object)."""


def sample_path() -> Path:
    """Where the clip lies, whether it was made already or not."""
    return drafts_folder().parent / "sample" / "sample clip.mp4"


def make_where_missing(path: Path, progress: Progress) -> Path:
    """Make the clip where this is its place and nothing is there (2 s); any other path is returned.

    Raises:
        SourceError, ExportError: the clip cannot be written.
    """
    if path != sample_path() or path.exists():
        return path
    progress(0, 0, tr("Making the sample clip"))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SourceError(
            tr(
                "The sample clip cannot be made in '{parent}' ({strerror}); "
                "open a video of your own.",
                parent=path.parent,
                strerror=error.strerror,
            )
        ) from error
    write_video(generate_clip(), path)
    return path
