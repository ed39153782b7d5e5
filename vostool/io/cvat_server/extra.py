"""The optional packages behind the extra ``cvat``, imported when they are first needed."""

from __future__ import annotations

import importlib
from typing import Any

from vostool.errors import ServerError
from vostool.words import tr

INSTALL = "pip install 'vostool[cvat]'"


def package(name: str) -> Any:
    """A module of cvat-sdk or of keyring; neither is typed strictly enough to be checked.

    Raises:
        ServerError: the extra is not installed.
    """
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        raise ServerError(
            tr(
                "Working with a CVAT server needs the package '{partition}'; "
                "install it with `{install}`.",
                partition=name.partition(".")[0],
                install=INSTALL,
            )
        ) from error
