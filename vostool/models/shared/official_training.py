"""Meta's own training code for SAM 2, which the `sam2` package installs as `training`.

Its modules of losses and of the model import its launcher for the sake of one name each, and the
launcher wants packages (tensordict, tensorboard) that training here has no use for. So those two
names are there while a module is imported, in place of the launcher.
"""

from __future__ import annotations

import importlib
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

from vostool.errors import ModelError
from vostool.words import tr

_STAND_INS: dict[str, dict[str, object]] = {
    "training.trainer": {"CORE_LOSS_KEY": "core_loss"},
    "training.utils.data_utils": {"BatchedVideoDatapoint": object},
}
_LOCK = threading.Lock()


def official_training(module: str) -> Any:  # noqa: ANN401 - the package is not typed
    """A module of Meta's training code: "loss_fns", "model.sam2".

    Raises:
        ModelError: the package is not installed, or is of a version that lacks the module.
    """
    try:
        with _LOCK, _stand_ins():
            return importlib.import_module(f"training.{module}")
    except ImportError as error:
        raise ModelError(
            tr(
                "Training needs the code that the package sam2 brings along ({error}); "
                "install it again with `pip install --force-reinstall --no-deps sam2`.",
                error=error,
            )
        ) from error


@contextmanager
def _stand_ins() -> Iterator[None]:
    added = [name for name in _STAND_INS if name not in sys.modules]
    for name in added:
        stand_in = ModuleType(name)
        vars(stand_in).update(_STAND_INS[name])
        sys.modules[name] = stand_in
    try:
        yield
    finally:
        for name in added:
            sys.modules.pop(name, None)
