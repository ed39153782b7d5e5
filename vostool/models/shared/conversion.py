"""Converting an encoder for OpenVINO beside the work, in a process of its own.

It takes 10 to 60 s of a processor, in which OpenVINO holds Python's lock for up to two seconds at a
time: in a thread of this process the window would stand still. What comes of it is a file among
the kept encoders, so a process that a closing program leaves behind has not worked in vain.
"""

from __future__ import annotations

import contextlib
import logging
import os
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import torch

from vostool.models.shared.openvino import (
    compile_kept,
    default_folder,
    import_openvino,
    load_kept,
)

if TYPE_CHECKING:
    from openvino import CompiledModel, Model

_LOG = logging.getLogger(__name__)
SWITCH = "VOSTOOL_CONVERT"
_FORGOTTEN = 3600.0
"""Seconds after which a recipe that lies there is of a process that was killed."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """What is converted and how it is kept; goes to the other process as a file.

    Attributes:
        module: on the CPU, ready to infer.
        shape: of its one input, float32.
        facts, bfloat16, folder: as :func:`compile_kept` has them.
        alter: changes the converted model before it is compiled; a function of a module.
    """

    module: torch.nn.Module
    shape: tuple[int, ...]
    facts: list[object]
    bfloat16: bool
    folder: Path | None = None
    alter: Callable[[Model], object] | None = None

    def convert(self) -> Model:
        """The model as OpenVINO has it.

        Raises:
            Exception: whatever OpenVINO raises when it cannot convert the module.
        """
        openvino = import_openvino()
        with torch.no_grad(), warnings.catch_warnings():
            # The tracer warns that sizes become constants; they are meant to.
            warnings.simplefilter("ignore")
            example = torch.zeros(self.shape)
            model = openvino.convert_model(
                self.module, example_input=example, input=list(self.shape)
            )
        if self.alter is not None:
            self.alter(model)
        return model

    def compiled(self) -> CompiledModel:
        """From where it is kept, else converted now; as :func:`compile_kept` has it."""
        return compile_kept(self.convert, self.facts, self.bfloat16, self.folder)

    def kept(self) -> CompiledModel | None:
        """From where it is kept; as :func:`load_kept` has it."""
        return load_kept(self.facts, self.bfloat16, self.folder)


class Conversion:
    """One conversion, which begins when no other one of this program is at work."""

    _turn = threading.Lock()
    _busy: subprocess.Popen[str] | None = None
    _failed: frozenset[str] = frozenset()

    def __init__(self, recipe: Recipe) -> None:
        self._recipe: Recipe | None = recipe
        self._name = repr(recipe.facts)
        self._process: subprocess.Popen[str] | None = None

    @property
    def at_work(self) -> bool:
        """Whether its process runs; may be asked from any thread, and begins nothing."""
        return self._process is not None and self._process.poll() is None

    def poll(self) -> bool:
        """Begin where no other one is at work; True once it is over, whatever came of it.

        Whoever waits for it asks now and then. One that failed is not tried again by this program,
        and with VOSTOOL_CONVERT=off in the environment nothing begins.
        """
        if os.environ.get(SWITCH) == "off":
            return True
        with Conversion._turn:
            if self._process is not None:
                return self._is_over(self._process)
            if self._name in Conversion._failed or self._recipe is None:
                return True
            busy = Conversion._busy
            if busy is None or busy.poll() is not None:
                self._begin(self._recipe)
        return False

    def _begin(self, recipe: Recipe) -> None:
        self._recipe = None
        try:
            # Held by the class, too: it goes on when nobody waits for it any more.
            self._process = Conversion._busy = start_process(recipe)
        except Exception as error:  # whatever keeps a module from being written
            self._fail(str(error) or type(error).__name__)

    def _is_over(self, process: subprocess.Popen[str]) -> bool:
        if process.poll() is None:
            return False
        if process.returncode and self._name not in Conversion._failed:
            said = "" if process.stdout is None else process.stdout.read()
            self._fail((said.splitlines() or [f"exit status {process.returncode}"])[-1])
        if process.stdout is not None:
            process.stdout.close()
        return True

    def _fail(self, why: str) -> None:
        Conversion._failed |= {self._name}
        _LOG.warning("OpenVINO cannot convert the encoder (%s); PyTorch goes on.", why)


def start_process(recipe: Recipe) -> subprocess.Popen[str]:
    """Begin a conversion; the last line that the process says tells why it failed.

    Raises:
        OSError: no process can be started, or the folder cannot be written.
        Exception: the module cannot be pickled.
    """
    folder = recipe.folder or default_folder()
    folder.mkdir(parents=True, exist_ok=True)
    _remove_forgotten(folder)
    descriptor, name = tempfile.mkstemp(".recipe", "", folder)
    try:
        with open(descriptor, "wb") as file:
            torch.save(recipe, file)
        return subprocess.Popen(
            [sys.executable, "-m", "vostool.models.shared.conversion", name],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            # A console's Ctrl+C is for the program alone, and no console opens for this one.
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except BaseException:
        os.unlink(name)
        raise


def _remove_forgotten(folder: Path) -> None:
    for file in folder.glob("*.recipe"):
        with contextlib.suppress(OSError):
            if time.time() - file.stat().st_mtime > _FORGOTTEN:
                file.unlink()


def main(file: Path) -> int:
    """Convert and keep what :func:`start_process` wrote; the process's exit status."""
    _give_way()
    try:
        # The file is this program's own, of a moment ago: a module, which only pickle can carry.
        recipe: Recipe = torch.load(file, weights_only=False)
        file.unlink()
        torch.set_num_threads(1)
        recipe.compiled()
    except Exception as error:  # OpenVINO raises its own kinds
        print((str(error).splitlines() or [type(error).__name__])[0])
        return 1
    return 0


def _give_way() -> None:
    """Below the window's priority. On Linux it has that of the engine's thread, which is below the
    window's already: lower still, a run on all cores kept it from its end for minutes.
    """
    if sys.platform == "win32":
        with contextlib.suppress(OSError, psutil.Error):
            psutil.Process().nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
