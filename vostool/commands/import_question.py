"""What `vostool import` asks a person at a terminal: how the names of label files count the frames.

Without a terminal nothing can be asked. Then the reader's own choice stands and is said with the
option that decides otherwise: a refusal would stop scripts over labels that are right as a rule.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping

from vostool.commands import output
from vostool.commands.interrupt import Interrupt
from vostool.io.imports.format import FrameDoubt, Imported
from vostool.io.options import OptionValue

_QUESTIONS = {
    "first_number": "Which number has the clip's first frame in names?",
    "frame_step": "How many frames lie from one number to the next?",
}

Again = Callable[[Mapping[str, OptionValue]], Imported]


def settled(imported: Imported, again: Again, stop: Interrupt) -> Imported:
    """The labels as the person says that they count the frames, once for each doubt.

    Args:
        imported: what was read without an answer; returned where nothing can be asked.
        again: reads the labels anew with values of further options.

    Raises:
        Cancelled: the person pressed Ctrl+C instead of answering.
    """
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return imported
    given: dict[str, OptionValue] = {}
    while open_doubts := [doubt for doubt in imported.doubts if doubt.option not in given]:
        doubt = open_doubts[0]
        given[doubt.option] = _answer(doubt, imported, given, again, stop)
        imported = again(given)
    return imported


def _answer(
    doubt: FrameDoubt,
    taken: Imported,
    given: Mapping[str, OptionValue],
    again: Again,
    stop: Interrupt,
) -> OptionValue:
    output.warn([doubt.sentence])
    for choice in doubt.choices:
        read = taken if choice == doubt.choices[0] else again({**given, doubt.option: choice})
        shown = ", ".join(f"{name} -> frame {frame}" for name, frame in read.examples)
        output.warn([f"  {choice}: {shown}"])
    default = doubt.choices[0]
    while True:
        print(f"{_QUESTIONS[doubt.option]} [{default}] ", end="", file=sys.stderr, flush=True)
        with stop.asking():
            line = sys.stdin.readline()
        answer = line.strip() or default
        if (
            answer.isdecimal()
            and len(answer) < 10
            and not (doubt.option == "frame_step" and int(answer) < 1)
        ):
            return answer
        output.warn(["Type a whole number, or press Return for the one in brackets."])
