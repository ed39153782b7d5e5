"""`vostool [PATH]`: the window."""

from __future__ import annotations

import argparse

from vostool.commands import arguments
from vostool.errors import SourceError
from vostool.files import is_there


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    parser.add_argument("path", type=arguments.absolute, nargs="?", metavar="PATH")


def run(args: argparse.Namespace) -> int:
    """Show the window until it is closed."""
    if args.path is not None and not is_there(args.path):
        raise SourceError(f"There is no file or folder '{args.path}'; check the name.")
    # Qt takes a second to import and is not there on a machine without a screen.
    from vostool.gui.window.app import run as run_window

    return int(run_window(None if args.path is None else str(args.path)))
