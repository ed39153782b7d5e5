"""`python download_models.py`: fetch checkpoints of engines and models of finders, with a bar."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from tqdm import tqdm

from vostool.errors import UsageError, VosToolError
from vostool.models.registry import published
from vostool.models.weights.catalog import ModelSpec, find_checkpoint, user_checkpoint_dir
from vostool.models.weights.download import fetch, take
from vostool.models.weights.hub import HubModel, find_hub_model
from vostool.models.weights.hub_fetch import fetch_model, take_folder
from vostool.models.weights.hub_models import HUB_MODELS
from vostool.words import tr

DEFAULT_NAME = "sam2.1-tiny"
ALL = "all"
INTERRUPTED = 130


def main(argv: Sequence[str] | None = None, dest: Path | None = None) -> int:
    """Run the command; returns 0 when every file is in place, 1 for a failure, 2 for misuse.

    Args:
        argv: arguments without the program's name; None takes those of the process.
        dest: where to put files when ``--dest`` is not given; None takes the per-user folder.
    """
    options = _parser(dest or user_checkpoint_dir()).parse_args(argv)
    if options.list:
        _print_list()
        return 0
    try:
        specs = _chosen(options.names)
        if options.source is not None and len(specs) != 1:
            raise UsageError(tr("--from takes one model; name it, and no other."))
    except UsageError as error:
        print(error, file=sys.stderr)
        return 2
    failed = 0
    for spec in specs:
        try:
            placed = _placed(spec, options)
        except KeyboardInterrupt:
            print("Stopped; run the same again to go on from here.", file=sys.stderr)
            return INTERRUPTED
        except VosToolError as error:
            print(error, file=sys.stderr)
            failed = 2 if isinstance(error, UsageError) else 1
        else:
            print(f"{spec.title}: {placed}")
    return failed


def _placed(spec: ModelSpec | HubModel, options: argparse.Namespace) -> str:
    """Put one model in its place; says where that is."""
    if isinstance(spec, HubModel):
        taken = (
            fetch_model(spec, options.dest, options.mirror)
            if options.source is None
            else take_folder(spec, options.source, options.dest)
        )
        return f"{taken.folder} ({taken.checked})"
    if options.source is not None:
        return str(take(spec, options.source, options.dest))
    return str(_fetch_with_bar(spec, options.dest, options.mirror))


def _parser(dest: Path) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="download_models.py",
        description="Fetch official SAM 2, SAM 2.1, EdgeTAM and MobileSAM checkpoints, and the "
        "models of finders from the model hub. A download that was broken off is resumed; size "
        "and SHA-256 are checked.",
    )
    parser.add_argument(
        "names",
        nargs="*",
        metavar="name",
        help=f"one of {', '.join(published())}, or {ALL} of these; {DEFAULT_NAME} when none is "
        f"given; for finders one of {', '.join(HUB_MODELS)}",
    )
    parser.add_argument("--list", action="store_true", help="list models, sizes and what is here")
    parser.add_argument(
        "--dest", type=Path, default=dest, metavar="FOLDER", help="where to (default: %(default)s)"
    )
    parser.add_argument(
        "--mirror", metavar="ADDRESS",
        help="a folder on another server that holds the same files; for finders another hub",
    )  # fmt: skip
    parser.add_argument(
        "--from", dest="source", type=Path, metavar="FOLDER",
        help="take the model out of a folder on this computer: checked, then copied",
    )  # fmt: skip
    return parser


def _chosen(names: Sequence[str]) -> list[ModelSpec | HubModel]:
    engines = published()
    if ALL in names:
        return list(engines.values())
    models: dict[str, ModelSpec | HubModel] = {**engines, **HUB_MODELS}
    # File names have underscores where the models' names have dashes, and others have both.
    plain = {_plain(name): name for name in models}
    names = [plain.get(_plain(name), name) for name in names]
    unknown = [name for name in names if name not in models]
    if unknown:
        raise UsageError(
            tr(
                "There is no model '{unknown}'; known are {names} and {all}.",
                unknown=unknown[0],
                names=", ".join(models),
                all=ALL,
            )
        )
    return [models[name] for name in dict.fromkeys(names or [DEFAULT_NAME])]


def _plain(name: str) -> str:
    return name.casefold().replace("_", "").replace("-", "")


def _fetch_with_bar(spec: ModelSpec, dest: Path, mirror: str | None) -> Path:
    # disable=None: no bar where the output is no terminal
    with tqdm(unit="B", unit_scale=True, unit_divisor=1000, disable=None, leave=False) as bar:
        shown = ""

        def progress(done: int, total: int, what: str = "") -> None:
            nonlocal shown
            if what != shown:
                shown = what
                bar.reset(total)
                bar.set_description(what, refresh=False)
            bar.update(done - bar.n)

        return fetch(spec, dest, mirror, progress)


def _print_list() -> None:
    specs: list[ModelSpec | HubModel] = [*published().values(), *HUB_MODELS.values()]
    for spec in specs:
        found = find_hub_model(spec) if isinstance(spec, HubModel) else find_checkpoint(spec)
        where = "not here" if found is None else str(found)
        print(f"{spec.name:22} {spec.title:22} {spec.size / 1e6:5.0f} MB  {where}")


if __name__ == "__main__":
    sys.exit(main())
