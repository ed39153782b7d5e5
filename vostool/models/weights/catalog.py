"""What a published file of weights is, and where such files are looked for on this computer.

Imports no torch, so that listing engines and fetching weights stays quick. Each engine's own files
are told in its room's ``published.py``.
"""

from __future__ import annotations

import os
import zipfile
from dataclasses import dataclass
from pathlib import Path

import platformdirs

ENVIRONMENT_VARIABLE = "VOSTOOL_CHECKPOINTS"
_REPOSITORY = Path(__file__).resolve().parents[3]


@dataclass(frozen=True, slots=True)
class PackagedFile:
    """A second place for a file: inside the source archive of a package on the package index.

    Attributes:
        package, version: exactly this one.
        member: the file's path inside the archive.
    """

    package: str
    version: str
    member: str


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """One published file of weights.

    Attributes:
        name: of the engine that it is for, as typed on the command line: "sam2.1-tiny".
        title: for people, "SAM 2.1 tiny".
        url: official address of the checkpoint.
        file_name: the checkpoint's name on disk.
        size: of the official file, in bytes.
        sha256: of the official file, lower-case hex.
        archive: where else the same file lies, or None.
        config: hydra config inside the sam2 package; this and the following are for SAM 2 only.
        embed_dim, blocks: channels of the encoder's first stage and number of its blocks; with
            ``version`` they tell the eight models apart by their tensors.
        version: "2.1" or "2.0".
    """

    name: str
    title: str
    url: str
    file_name: str
    size: int
    sha256: str
    archive: PackagedFile | None = None
    config: str = ""
    embed_dim: int = 0
    blocks: int = 0
    version: str = ""


def user_checkpoint_dir() -> Path:
    """The per-user folder that the window fetches checkpoints into; it may not exist yet."""
    return Path(platformdirs.user_data_dir("vostool", appauthor=False)) / "checkpoints"


def checkpoint_dirs() -> tuple[Path, ...]:
    """Folders that are searched, first one first; they need not exist.

    ``VOSTOOL_CHECKPOINTS`` (one folder, or several separated like ``PATH``), then ``checkpoints``
    in the working directory and in the repository that this file runs from, then the per-user
    folder.
    """
    named = [Path(p) for p in os.environ.get(ENVIRONMENT_VARIABLE, "").split(os.pathsep) if p]
    own = [_REPOSITORY / "checkpoints"] if _is_checkout() else []
    folders = [*named, Path.cwd() / "checkpoints", *own, user_checkpoint_dir()]
    return tuple(dict.fromkeys(folder.absolute() for folder in folders))


def find_checkpoint(spec: ModelSpec) -> Path | None:
    """The first whole file of the model's name in :func:`checkpoint_dirs`, or None.

    Where there are only broken ones the first of them, so that it can be named.
    """
    paths = [folder / spec.file_name for folder in checkpoint_dirs()]
    found = [path for path in paths if path.is_file()]
    return next((path for path in found if looks_whole(path)), found[0] if found else None)


def looks_whole(path: Path) -> bool:
    """A glance at the file's end: a checkpoint is a zip, whose directory comes last."""
    return zipfile.is_zipfile(path)


def fetch_command(model: ModelSpec | str) -> str:
    """What to type to fetch a model, in a checkout or with an installed package."""
    script = "download_models.py" if _is_checkout() else "-m vostool.models.download_cli"
    return f"python {script} {model if isinstance(model, str) else model.name}"


def _is_checkout() -> bool:
    return (_REPOSITORY / "download_models.py").is_file()
