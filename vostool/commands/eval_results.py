"""What `vostool eval` prints and writes."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import MappingProxyType

from PIL import Image as PillowImage

from vostool.commands import output
from vostool.evaluate.adapted import Pair, worse_json, worse_lines
from vostool.evaluate.interactive import Budget, Session
from vostool.evaluate.interactive_report import plot_sessions, session_table, summary
from vostool.evaluate.pick_comparison import Compared
from vostool.evaluate.pick_report import pick_summary, pick_table
from vostool.evaluate.pictures import overview_frames, plot_j, side_by_side, worst_frames
from vostool.evaluate.report import Json, davis_lines, quality_json, run_json, table
from vostool.evaluate.semi_supervised import SequenceRun, total
from vostool.io.exports.staging import StagedFolder, Staging


class Results:
    """The folder of results, or none: all of it is put into place at the end, or nothing.

    Raises:
        ExportError: the folder holds something already and may not be overwritten.
    """

    def __init__(self, out: Path | None, overwrite: bool) -> None:
        self._stack = ExitStack()
        self._out = out
        self._staging = None if out is None else Staging(out.parent, [out.name], overwrite)

    @property
    def folder(self) -> StagedFolder | None:
        """Where to write, or None where no files were asked for."""
        if self._staging is None or self._out is None:
            return None
        return self._staging.folder(self._out.name)

    def publish(self) -> None:
        """Put the folder into place."""
        if self._staging is not None:
            output.warn(self._staging.publish())

    def __enter__(self) -> Results:
        if self._staging is not None:
            self._stack.enter_context(self._staging)
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()


def finish(
    name: str, value: dict[str, object], lines: list[str], results: Results, *, as_json: bool
) -> None:
    """Print the table or the JSON, and write both where files were asked for."""
    folder = results.folder
    if folder is not None:
        _write_text(folder, name, value, "table.txt", lines)
        results.publish()
    _say(lines, value, as_json=as_json)


def finish_semi_supervised(
    runs: Sequence[SequenceRun],
    facts: dict[str, object],
    results: Results,
    *,
    as_json: bool,
    lines: Sequence[str] = (),
    more: Mapping[str, Json] = MappingProxyType({}),
) -> None:
    """Print the table or the JSON, and write everything there is to write.

    Args:
        lines: what else is to be said below the table.
        more: what else is known of a sequence, by its name.
    """
    quality = total(list(runs))
    lines = [*table(runs), "", *davis_lines(quality), *([""] if lines else []), *lines]
    value = {
        **facts,
        "overall": quality_json(quality),
        "sequences": [{**run_json(run), **more.get(run.sequence.name, {})} for run in runs],
    }
    for run in runs:
        output.warn(run.problems)
        if not run.objects:
            output.warn([f"{run.sequence.name}: no frame that counts has ground truth."])
    folder = results.folder
    if folder is not None:
        for run in runs:
            _write_pictures(folder, run)
        _write_text(folder, "results.json", value, "table.txt", lines)
        results.publish()
    _say(lines, value, as_json=as_json)


def finish_interactive(
    sessions: Sequence[Session],
    facts: dict[str, object],
    results: Results,
    budget: Budget,
    *,
    as_json: bool,
) -> None:
    """Print the table or the JSON, and write everything there is to write."""
    lines = session_table(sessions, budget)
    value = {**facts, **summary(sessions, budget)}
    folder = results.folder
    if folder is not None:
        folder.write("curves.png", _png(plot_sessions(sessions)))
        _write_text(folder, "summary.json", value, "table.txt", lines)
        results.publish()
    _say(lines, value, as_json=as_json)


def finish_picks(
    compared: Sequence[Compared],
    facts: dict[str, object],
    results: Results,
    budget: Budget,
    *,
    as_json: bool,
) -> None:
    """Print the table or the JSON, and write both where files were asked for."""
    value = {**facts, **pick_summary(compared, budget)}
    finish("picks.json", value, pick_table(compared, budget), results, as_json=as_json)


def finish_adapted(
    pairs: Sequence[Pair],
    facts: dict[str, object],
    results: Results,
    budget: Budget,
    *,
    as_json: bool,
) -> None:
    """The same of sequences that were corrected twice, without and with learning."""
    plain, adapted = [p.plain for p in pairs], [p.adapted for p in pairs]
    lines = [
        "without learning", *session_table(plain, budget), "",
        "with --adapt", *session_table(adapted, budget), "", *worse_lines(pairs),
    ]  # fmt: skip
    value = {
        **facts,
        "plain": summary(plain, budget),
        "adapted": summary(adapted, budget),
        "changed": worse_json(pairs),
    }
    folder = results.folder
    if folder is not None:
        folder.write("curves.png", _png(plot_sessions(plain)))
        folder.write("curves_adapted.png", _png(plot_sessions(adapted)))
        _write_text(folder, "summary.json", value, "table.txt", lines)
        results.publish()
    _say(lines, value, as_json=as_json)


def _write_pictures(folder: StagedFolder, run: SequenceRun) -> None:
    name = run.sequence.name
    folder.write(f"{name}/j.png", _png(plot_j(run)))
    for file, shown in (("worst.png", worst_frames(run)), ("frames.png", overview_frames(run))):
        sheet = side_by_side(run, shown)
        if sheet is not None:
            folder.write(f"{name}/{file}", _png(sheet))


def _write_text(
    folder: StagedFolder, name: str, value: dict[str, object], table_name: str, lines: list[str]
) -> None:
    text = json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False)
    folder.write(name, (text + "\n").encode())
    folder.write(table_name, ("\n".join(lines) + "\n").encode())


def _say(lines: list[str], value: dict[str, object], *, as_json: bool) -> None:
    if as_json:
        output.say_json(value)
    else:
        output.say("\n".join(lines))


def _png(picture: PillowImage.Image) -> bytes:
    data = io.BytesIO()
    picture.save(data, "PNG")
    return data.getvalue()
