"""A reader in an environment of its own, asked line by line."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import numpy as np


class ReaderProcess:
    """Runs one of the scripts in tests/readers; use as a context manager."""

    def __init__(self, python: Path, script: Path, folder: Path, *arguments: str) -> None:
        self._command = [str(python), str(script), *arguments]
        self._folder = folder
        self._log = folder / "log.txt"

    def __enter__(self) -> ReaderProcess:
        self._errors = open(self._log, "w")
        self._process = subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            env={
                **os.environ,
                # LabelMe imports Qt, and needs no window for reading.
                "QT_QPA_PLATFORM": "offscreen",
                "MPLBACKEND": "agg",
                # Ultralytics keeps settings, asks for its newest version and installs what it lacks.
                "YOLO_CONFIG_DIR": str(self._folder),
                "YOLO_OFFLINE": "true",
                "YOLO_AUTOINSTALL": "false",
            },
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()
        self._errors.close()

    def ask(self, tool: str, path: Path, **more: Any) -> list[dict[str, Any]]:
        """What the tool found; "mask" is an array."""
        out = self._folder / "masks.npz"
        question = {"tool": tool, "path": str(path), "out": str(out), **more}
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline() or "{}")
        assert answer.get("ok"), answer.get("error", self._log.read_text())
        with np.load(out) as arrays:
            for entry in answer["found"]:
                if "mask" in entry:
                    entry["mask"] = arrays[entry["mask"]]
        return answer["found"]
