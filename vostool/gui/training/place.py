"""Where a trained checkpoint lies: aside until a person uses it, then where engines are found."""

from __future__ import annotations

import os
import re
from pathlib import Path

from vostool.errors import ModelError
from vostool.files import is_there
from vostool.models.registry import engine_names
from vostool.models.weights import catalog
from vostool.words import tr

_NAME = re.compile(r"[\w.+-]+")
ASIDE = "trained"
"""The folder, inside that of checkpoints, which is not searched for engines."""


def own_place(name: str) -> Path:
    """The checkpoint that makes an engine of this name."""
    return catalog.user_checkpoint_dir() / f"{name}.pt"


def place_aside(name: str) -> Path:
    """Where it is trained, and lies until somebody uses it; the folder is made.

    Raises:
        ModelError: no engine can have this name, one has it, or the folder cannot be made.
    """
    if not _NAME.fullmatch(name):
        raise ModelError(tr("Name the new engine, such as 'mine': letters, digits, - and _."))
    if name in engine_names() or is_there(own_place(name)):
        raise ModelError(
            tr("There is an engine '{name}' already; give the new one another name.", name=name)
        )
    folder = catalog.user_checkpoint_dir() / ASIDE
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ModelError(
            tr(
                "The folder '{folder}' cannot be made ({reason}); choose another.",
                folder=folder,
                reason=error.strerror,
            )
        ) from error
    return folder / f"{name}.pt"


def adopt(trained: Path) -> str:
    """Make an engine of a trained checkpoint; returns its name.

    Raises:
        ModelError: it is not there any more, or cannot be moved; nothing has changed then.
    """
    target = own_place(trained.stem)
    try:
        if is_there(target):
            raise FileExistsError(17, tr("there is one already"))
        os.replace(trained, target)
    except OSError as error:
        raise ModelError(
            tr(
                "The new checkpoint '{path}' cannot be used ({reason}); the old one stays.",
                path=trained,
                reason=error.strerror or error,
            )
        ) from error
    return trained.stem
