"""Importing what the program needs in a process of its own, which may die of it.

A library that was built for another CPU or another Qt ends the process instead of raising, so each
step is announced before it is taken: what was announced last is what it died of.
"""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from vostool.models.shared.torch_facts import TorchFacts, torch_facts

_TORCH = "torch's devices"
_SECONDS = 180
_MARK = "vostool doctor:"


@dataclass
class Probed:
    """What happened.

    Attributes:
        problems: by module, why it cannot be imported, in one line.
        torch: None where torch cannot be asked.
    """

    problems: dict[str, str] = field(default_factory=dict)
    torch: TorchFacts | None = None


def probe(modules: Sequence[str]) -> Probed:
    """Import each module and ask torch, in a new process a step after one that died."""
    found = Probed()
    left = [*modules, _TORCH]
    while left:
        done = _run(left, found)
        if done == len(left):
            break
        left = left[done + 1 :]
    return found


def _run(steps: Sequence[str], found: Probed) -> int:
    """Take steps until the process ends; how many came to an end of their own."""
    # The same path as here, and nothing of the working directory before it.
    code = (
        f"import sys; sys.path[:] = {sys.path!r}\n"
        f"from vostool.commands.doctor import probe; probe.steps({list(steps)!r})"
    )
    try:
        process = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", code],
            capture_output=True, text=True, timeout=_SECONDS, check=False,
        )  # fmt: skip
        said, end = process.stdout, f"it ended the process with status {process.returncode}"
    except subprocess.TimeoutExpired as error:
        said = _text(error.stdout)
        end = f"it did not answer within {_SECONDS} s"
    ended = 0
    for line in said.splitlines():
        if not line.startswith(_MARK):
            continue  # what a library prints when it is imported
        result = json.loads(line.removeprefix(_MARK))
        ended += 1
        if result["problem"]:
            found.problems[result["step"]] = result["problem"]
        if result["torch"] is not None:
            found.torch = _facts(result["torch"])
    if ended < len(steps):
        found.problems[steps[ended]] = end
    return ended


def _text(said: object) -> str:
    """What a process said before it was ended; bytes, whatever was asked for."""
    return said.decode(errors="replace") if isinstance(said, bytes) else ""


def _facts(values: dict[str, object]) -> TorchFacts:
    made = {name: tuple(v) if isinstance(v, list) else v for name, v in values.items()}
    return TorchFacts(**made)  # type: ignore[arg-type]


def steps(names: Sequence[str]) -> None:
    """Take the steps, a line of JSON after each; this is what :func:`probe`'s process runs."""
    for name in names:
        problem, facts = "", None
        try:
            if name == _TORCH:
                facts = asdict(torch_facts())
            else:
                importlib.import_module(name)
        except Exception as error:  # a damaged package raises anything
            problem = (str(error).strip().splitlines() or [type(error).__name__])[0]
        print(_MARK, json.dumps({"step": name, "problem": problem, "torch": facts}), flush=True)
