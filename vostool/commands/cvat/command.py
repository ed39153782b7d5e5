"""`vostool cvat`: the round trip with a CVAT server, without a window."""

from __future__ import annotations

import argparse
import re

from vostool.commands import arguments, output
from vostool.commands.arguments import Parser
from vostool.commands.engine_arguments import add_engine
from vostool.errors import JobChanged

CONFLICT = 3
"""Exit status where the job changed on the server and `--on-conflict` does not say what to do."""

_EPILOG = """\
  vostool cvat login --url https://cvat.example.org --user ann
  vostool cvat list
  vostool cvat track --job 7                      the whole job, from its annotated frames
  vostool cvat track --job 7 --frames 0,120,300   again from these, each to the next annotated one
  vostool cvat push --job 7 --dry-run
  vostool cvat push --job 7

exit status: 0 done, 1 failed, 2 a request that makes no sense, 3 the job changed on the server,
130 stopped. What was done before a failure is kept; the same command goes on from there.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the actions and their options."""
    parser.epilog = _EPILOG
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    actions = parser.add_subparsers(
        dest="action", required=True, metavar="ACTION", parser_class=Parser
    )
    login = _action(actions, "login", "keep a login in the system's keyring")
    login.add_argument("--user", metavar="NAME", help="default: an access token is asked for")
    _action(actions, "logout", "take a login out of the keyring")
    listing = _action(actions, "list", "the jobs and their states")
    listing.add_argument("--state", metavar="STATE", help='such as "new" or "in progress"')
    pull = _action(actions, "pull", "bring a job's annotations into its project")
    _job_options(pull)
    pull.add_argument("--discard", action="store_true", help="drop changes that were not pushed")
    pull.add_argument("--fetch", action="store_true", help="fetch all frames for work offline")
    _add_track(actions)
    push = _action(actions, "push", "send what changed back as shapes")
    _job_options(push)
    push.add_argument("--dry-run", action="store_true", help="only say what would change")
    push.add_argument(
        "--on-conflict", choices=("refuse", "mine", "theirs"), default="refuse",
        help="where the job changed since the pull: refuse (the default); mine replaces their "
        "changes to the same objects; theirs leaves out the frames that they changed",
    )  # fmt: skip
    for made in (listing, pull, push, actions.choices["track"]):
        made.add_argument("--json", action="store_true", help="print the result as JSON")
        made.add_argument("--quiet", action="store_true", help="no progress, no summary")


def run(args: argparse.Namespace) -> int:
    """Do one action."""
    from vostool.commands.cvat import actions, track

    known = {
        "login": actions.login,
        "logout": actions.logout,
        "list": actions.list_jobs,
        "pull": actions.pull,
        "track": track.track_job,
        "push": actions.push,
    }
    try:
        return known[args.action](args)
    except JobChanged as error:
        output.warn([str(error)])
        return CONFLICT


def frame_numbers(text: str) -> list[int]:
    """``0,120,300``."""
    parts = arguments.names(text)
    if not parts or not all(re.fullmatch(r"\d+", part) for part in parts):
        raise argparse.ArgumentTypeError(f"'{text}' is not of the form 0,120,300.")
    return [int(part) for part in parts]


def job_number(text: str) -> int:
    """A job's number, counted from 1."""
    number = arguments.whole(text)
    if number < 1:
        raise argparse.ArgumentTypeError("Jobs count from 1.")
    return number


def _add_track(actions: argparse._SubParsersAction[Parser]) -> None:
    track = _action(actions, "track", "track through a job, restarting at every annotated frame")
    _job_options(track)
    which = track.add_mutually_exclusive_group()
    which.add_argument(
        "--frames", type=frame_numbers, metavar="N,..",
        help="track again from these frames, each to the next annotated one or to the end; "
        "the rest stays; frames are numbered as CVAT shows them",
    )  # fmt: skip
    which.add_argument(
        "--reuse", action="store_true", help="go on from the last result kept in the project"
    )
    which.add_argument("--step", action="store_true", help="one frame further than the last result")
    run = track.add_argument_group("run")
    add_engine(run)


def _action(
    actions: argparse._SubParsersAction[Parser], name: str, text: str
) -> argparse.ArgumentParser:
    made = actions.add_parser(name, help=text, description=f"{text[:1].upper()}{text[1:]}.")
    made.add_argument("--url", metavar="URL", help="the server; default: that of the last login")
    return made


def _job_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--job", type=job_number, required=True, metavar="N")
    parser.add_argument(
        "--project", type=arguments.absolute, metavar="P.vos",
        help="the job's project; default: the one that the window opens, too",
    )  # fmt: skip
