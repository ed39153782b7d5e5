"""What the measurements on frames with true masks share: sequences, opened one after the other."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from vostool.evaluate.datasets import list_sequences
from vostool.evaluate.sequence import TruthSequence
from vostool.models.engine import Engine
from vostool.models.engine_options import EngineOptions
from vostool.models.registry import create_engine


def true_frames_parser(doc: str | None) -> argparse.ArgumentParser:
    """A parser that knows the dataset and the engine."""
    parser = argparse.ArgumentParser(
        description=doc, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("dataset", type=Path, help="a folder of sequences with masks")
    parser.add_argument("--engine", default="mobile-sam")
    return parser


def exact_engine(name: str) -> Engine:
    """The engine on the CPU; ready for pictures, but none are open."""
    return create_engine(name, "cpu", None, EngineOptions(quality="exact"))


def opened(dataset: Path, engine: Engine) -> Iterator[tuple[str, TruthSequence]]:
    """Names and sequences; each is open in the engine while it is looked at."""
    for listed in list_sequences(dataset, "folder"):
        sequence = listed.load(None)
        with closing(sequence.open()) as source:
            engine.open(source)
            yield listed.name, sequence
