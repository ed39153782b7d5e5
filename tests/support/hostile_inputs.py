"""Hostile inputs, each given to a command of its own process: a sentence or success, within bounds.

`python tests/support/hostile_inputs.py [--count 450] [--seed 0]` prints what broke a rule: longer than
five seconds, more than 500 MB beyond the program itself, a traceback, "Something unexpected", or a
process that ended by a signal. Others may want the processor, so the five seconds are those of the
processor, and a minute is given for them. Kinds are in `hostile_kinds.py`; the seed decides bytes, places and sizes.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from hostile_kinds import KINDS, Folder  # a neighbour, also where this is a script

SECONDS, MEGABYTES, PATIENCE = 5.0, 500, 60.0
_SAID = 4000


@dataclass(frozen=True)
class Outcome:
    """What a command did: exit status, or minus a signal; processor seconds, megabytes, and what it said."""

    status: int
    seconds: float
    megabytes: float
    said: str

    @property
    def fault(self) -> str | None:
        """Which rule was broken, or None."""
        if self.status == -signal.SIGKILL:
            return "did not end"
        if self.seconds > SECONDS:
            return f"took {self.seconds:.1f} s"
        if self.megabytes > MEGABYTES:
            return f"took {self.megabytes:.0f} MB"
        if self.status < 0:
            return f"ended by signal {-self.status}"
        if "Traceback" in self.said or "unexpected" in self.said:
            return "no sentence of its own"
        return None if self.status == 0 or self.said.strip() else "no word"


def cases(count: int, seed: int, root: Path) -> Iterator[tuple[str, list[str]]]:
    """``count`` inputs in turns of all kinds: a name, and the words of a command."""
    for number in range(count):
        kind = KINDS[number % len(KINDS)]
        rng = random.Random(f"{seed} {number}")
        folder = root / str(number)
        folder.mkdir()
        words = kind(Folder(folder, rng))
        yield f"{number} {kind.__name__}", [os.fspath(word) for word in words]


def tried(words: Sequence[str], folder: Path) -> Outcome:
    """Run one command in a copy of this process, which has the program loaded already."""
    out = folder / "said"
    begun = time.monotonic()
    child = os.fork()
    if child == 0:
        _run(words, folder, out)
    while True:
        ended, status, usage = os.wait4(child, os.WNOHANG)
        if ended:
            break
        if time.monotonic() - begun > PATIENCE:
            os.kill(child, signal.SIGKILL)
        time.sleep(0.01)
    seconds = usage.ru_utime + usage.ru_stime
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    megabytes = max(0, usage.ru_maxrss - own) / 1024
    code = os.waitstatus_to_exitcode(status)
    said = out.read_text(errors="replace")[-_SAID:] if out.exists() else ""
    return Outcome(code, seconds, megabytes, said)


def _run(words: Sequence[str], folder: Path, out: Path) -> None:
    """In the child: all that is said goes to a file; never comes back."""
    status = 70
    try:
        with out.open("wb") as file:
            os.dup2(file.fileno(), 1)
            os.dup2(file.fileno(), 2)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.chdir(folder)
        from vostool.cli import main

        status = main(list(words))
    except SystemExit as leaving:
        status = leaving.code if isinstance(leaving.code, int) else 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def load() -> None:
    """Bring in what every command needs, so that a child begins at once."""
    import vostool.commands.batch
    import vostool.commands.export
    import vostool.commands.import_labels
    import vostool.commands.info
    import vostool.commands.track
    import vostool.io.imports.importers  # noqa: F401


def faults(count: int, seed: int, root: Path, talk: bool = False) -> list[str]:
    """What broke a rule, a line each; nothing where all is well."""
    load()
    found = []
    for name, words in cases(count, seed, root):
        folder = root / name.split()[0]
        outcome = tried(words, folder)
        shown = " ".join(word if len(word) < 60 else f"{word[:57]}..." for word in words)
        line = f"{name}: {outcome.fault or 'good'} ({shown}) {outcome.said.strip()[-300:]}"
        if outcome.fault:
            found.append(line)
        if talk and (outcome.fault or count < 60):
            print(line, flush=True)
    return found


def main() -> None:
    """Try them all; exit status 1 where a rule was broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=450)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_CACHE_HOME"] = f"{folder}/cache"
        broken = faults(arguments.count, arguments.seed, Path(folder), talk=True)
    print(f"{arguments.count} inputs of {len(KINDS)} kinds, {len(broken)} broke a rule")
    raise SystemExit(1 if broken else 0)


if __name__ == "__main__":
    main()
