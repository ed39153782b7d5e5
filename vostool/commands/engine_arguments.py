"""The options of every command that runs an engine, and the engine that they name."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vostool.commands import arguments, output
from vostool.commands.workspace import Workspace
from vostool.errors import UsageError
from vostool.models.engine import Engine, Learns
from vostool.models.engine_options import ENCODERS, QUALITIES, EngineOptions, quality_named
from vostool.models.memory_kinds import MEMORIES
from vostool.models.registry import (
    FALLBACK,
    check_engine_name,
    create_engine,
    default_engine,
    engine_names,
    engine_spec,
)
from vostool.training.story import story_sentence


def add_engine(parser: argparse._ActionsContainer, extra: str = "") -> None:
    """Declare the options.

    Args:
        extra: an engine that the command knows besides those of `vostool models`.
    """
    known = "see `vostool models`" + (f", or {extra}, the baseline" if extra else "")
    parser.add_argument("--engine", metavar="NAME", help=f"{known}; default: the best here")
    parser.add_argument(
        "--device", metavar="cpu|cuda|cuda:N|mps|xpu", help="default: the best there is"
    )
    parser.add_argument("--checkpoint", type=arguments.absolute, metavar="FILE")
    parser.add_argument(
        "--quality", choices=QUALITIES, type=quality_named, default="auto",
        help="of SAM 2 and MobileSAM; default: auto, which of SAM 2 is exact but for the number of "
        "prompted frames attended to, and of MobileSAM the quickest encoder that keeps the masks",
    )  # fmt: skip
    parser.add_argument(
        "--keyframes", type=arguments.whole, metavar="N",
        help="SAM 2 attends to the N nearest prompted frames; default: as the quality says",
    )  # fmt: skip
    parser.add_argument(
        "--memory", choices=MEMORIES, metavar="|".join(MEMORIES),
        help="what a run of SAM 2, EdgeTAM or SAM 3 remembers: the last frames, frames that tell "
        "the object from look-alikes, or three pathways (up to three times the work); "
        "default: standard, or what the project was tracked with",
    )  # fmt: skip
    parser.add_argument(
        "--encoder", choices=ENCODERS, default="auto", help="what runs the image encoder"
    )
    parser.add_argument(
        "--features-on-disk", action="store_true",
        help="keep SAM 2's image features on disk as well, for further runs of this command",
    )  # fmt: skip


def check_engine(args: argparse.Namespace) -> None:
    """Raise :class:`UsageError` for an engine that there is not, or options that it cannot take."""
    if args.engine is not None:
        check_engine_name(args.engine)
    engine_options(args)


def engine_options(args: argparse.Namespace) -> EngineOptions:
    """The options as an engine takes them.

    Raises:
        UsageError: a value makes no sense.
    """
    return EngineOptions(
        quality=args.quality,
        max_keyframes=args.keyframes,
        encoder=args.encoder,
        features_on_disk=args.features_on_disk,
    )


def check_learns(engine: Engine) -> None:
    """Raise :class:`UsageError` for an engine that learns nothing of corrections."""
    if not isinstance(engine, Learns):
        raise UsageError(
            f"{engine.info.title} learns nothing of corrections; leave --adapt out, or choose "
            "--engine mobile-sam."
        )


@contextmanager
def made_engine(args: argparse.Namespace) -> Iterator[Engine]:
    """The engine that :func:`add_engine`'s options name; closed at the end."""
    name = args.engine or default_engine()
    if name == FALLBACK and args.engine is None and not args.quiet:
        sentence = (
            "No checkpoint of SAM 2 or MobileSAM: optical flow is used; see `vostool models`."
        )
        output.warn([sentence])
    engine = create_engine(name, args.device, args.checkpoint, engine_options(args))
    if not args.quiet:
        output.warn(_trained_on(name, args.checkpoint))
    try:
        yield engine
    finally:
        engine.close()


def _trained_on(name: str, checkpoint: Path | None) -> list[str]:
    """What the weights were trained on, where they were trained here."""
    file = checkpoint or (engine_spec(name).file if name in engine_names() else None)
    story = None if file is None else story_sentence(file)
    return [] if story is None else [story]


@contextmanager
def opened_engine(args: argparse.Namespace, space: Workspace) -> Iterator[Engine]:
    """The same engine on the workspace's source."""
    with made_engine(args) as engine:
        engine.open(space.source)
        yield engine
