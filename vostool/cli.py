"""The command line: `vostool`.

    vostool [PATH]     the window
    vostool track ...  and the other commands, see :data:`COMMANDS`

Exit status: 0 when everything asked for was done, 2 for a request that makes no sense, 130 when
stopped by Ctrl+C, 1 for anything else. Errors are one sentence on stderr; with ``VOSTOOL_DEBUG``
set to anything, Python's traceback follows.
"""

from __future__ import annotations

import importlib
import os
import sys
import traceback
from collections.abc import Sequence
from types import MappingProxyType

from vostool import __version__
from vostool.commands.arguments import Parser
from vostool.errors import Cancelled, PromptError, UsageError, VosToolError

COMMANDS = MappingProxyType(
    {
        "track": "track objects through a video from boxes, points or masks",
        "find": "find objects by text or sound, or everything there is, and track them",
        "export": "write the masks of one or many projects in the formats of other programs",
        "import": "bring labels of other programs into a project, as the start of a track",
        "batch": "label many videos by themselves, here or on a cluster",
        "cvat": "pull, track and push jobs of a CVAT server",
        "train": "let an engine learn from the masks of your own projects",
        "eval": "how good an engine is on sequences with ground truth",
        "info": "facts about a video, an image folder or a project",
        "models": "the engines and their checkpoints",
        "doctor": "what is installed, which devices there are, what mends what lacks",
        "demo": "the main job on a real and on a generated clip",
    }
)
"""Name and help of each command; its module in ``vostool.commands`` is imported when it runs."""

_MODULES = {
    "import": "import_labels",  # Python's keyword is no name of a module
    "cvat": "cvat.command",
    "doctor": "doctor.command",
    "find": "find.command",
}

INTERRUPTED = 130
_DEBUG = "VOSTOOL_DEBUG"


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return the exit status."""
    try:
        return _run(list(sys.argv[1:] if argv is None else argv))
    except BrokenPipeError:
        # The program that read our output has ended, so no message would arrive.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (Exception, KeyboardInterrupt) as error:
        if os.environ.get(_DEBUG):
            traceback.print_exception(error)
        status, sentence = _verdict(error)
        print(f"vostool: {sentence}", file=sys.stderr)
        return status


def _run(argv: list[str]) -> int:
    if argv and argv[0] in COMMANDS:
        module = importlib.import_module(f"vostool.commands.{_MODULES.get(argv[0], argv[0])}")
        parser = Parser(prog=f"vostool {argv[0]}", description=f"{COMMANDS[argv[0]]}.")
        arguments = argv[1:]
    else:
        module = importlib.import_module("vostool.commands.window")
        parser = _window_parser()
        arguments = argv
        if len([a for a in argv if not a.startswith("-")]) > 1:
            raise UsageError(f"There is no command '{argv[0]}'; known are {', '.join(COMMANDS)}.")
    module.add_arguments(parser)
    try:
        parsed = parser.parse_args(arguments)
    except SystemExit as done:  # --help and --version print and leave
        return done.code if isinstance(done.code, int) else 0
    status: int = module.run(parsed)
    return status


def _window_parser() -> Parser:
    width = max(map(len, COMMANDS))
    listed = "\n".join(f"  vostool {name:<{width}}  {text}" for name, text in COMMANDS.items())
    parser = Parser(
        prog="vostool",
        description="Label objects in video: click, track, correct, export.",
        epilog=f"without a window:\n{listed}\n\n`vostool COMMAND --help` explains each.",
    )
    from argparse import RawDescriptionHelpFormatter

    parser.formatter_class = RawDescriptionHelpFormatter
    parser.add_argument("--version", action="version", version=f"vostool {__version__}")
    return parser


def _verdict(error: BaseException) -> tuple[int, str]:
    """Exit status and sentence of an error."""
    text = str(error).replace("\n", " ")
    if isinstance(error, UsageError | PromptError):
        return 2, text
    if isinstance(error, KeyboardInterrupt | Cancelled):
        return INTERRUPTED, "Stopped."
    if isinstance(error, VosToolError):
        return 1, text
    if isinstance(error, MemoryError):
        return 1, "There is not enough memory; close other programs and try again."
    return 1, (
        f"Something unexpected went wrong ({type(error).__name__}: {text}); "
        f"with {_DEBUG}=1 it says more."
    )


if __name__ == "__main__":
    sys.exit(main())
