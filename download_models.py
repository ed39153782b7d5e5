"""Fetch SAM 2 checkpoints into this checkout: `python download_models.py --help`."""

import sys
from pathlib import Path

try:
    from vostool.models.download_cli import main
except ModuleNotFoundError as error:
    sys.exit(f"The package '{error.name}' is missing; install VOSTool first, see README.md.")

if __name__ == "__main__":
    sys.exit(main(dest=Path(__file__).resolve().parent / "checkpoints"))
