"""What a fine-tuned checkpoint tells of itself, and what tells one training from another."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from vostool import __version__
from vostool.errors import ModelError
from vostool.files import open_regular
from vostool.models.trainer import TaughtVideo, Trainer, TrainOptions
from vostool.models.weights.story import Story, read_story
from vostool.training.progress import History
from vostool.training.split import Split
from vostool.words import counted, tr


def story_of(
    base: Path, parted: Split, options: TrainOptions, trainer: Trainer, history: History
) -> Story:
    """The story of a checkpoint, as JSON.

    Keys: ``engine`` (the engine that it is for), ``parts`` (what was trained), ``program`` (this
    one's version), ``base`` (file name, ``sha256``, and its own ``story`` where it was trained
    here), ``options``, ``trained`` and ``held_out`` (a row for each video: ``name``, ``digest``,
    ``frames``, ``objects``, ``masks``), ``steps``, ``epoch`` (of the best weights), ``before`` and
    ``after`` (held-out J&F as measured while it trained), ``losses`` (the mean of each epoch).
    """
    return {
        "engine": trainer.name,
        "parts": trainer.parts,
        "program": __version__,
        "base": {"file": base.name, "sha256": sha256_of(base), "story": read_story(base)},
        "options": asdict(options),
        "trained": _rows(parted.training),
        "held_out": _rows(parted.held_out),
        "steps": history.step,
        "epoch": history.best_epoch,
        "before": history.values[0],
        "after": history.best,
        "losses": _by_epoch(history.losses, trainer.steps_per_epoch),
    }


def identity_of(base: Path, parted: Split, engine: str, options: TrainOptions) -> dict[str, Any]:
    """What two runs have in common if the later one may go on where the earlier one stopped."""
    labels = {"trained": _digest(parted.training), "held_out": _digest(parted.held_out)}
    return {"engine": engine, "base": sha256_of(base), "options": asdict(options), **labels}


def seen_digests(base: Path) -> frozenset[str]:
    """Digests of the videos that weights were trained on here, their own base's among them."""
    found: set[str] = set()
    story = read_story(base)
    while isinstance(story, dict):
        rows = story.get("trained")
        found.update(str(row.get("digest")) for row in rows or () if isinstance(row, dict))
        base_facts = story.get("base")
        story = base_facts.get("story") if isinstance(base_facts, dict) else None
    return frozenset(found)


def story_sentence(path: Path) -> str | None:
    """What a checkpoint was trained on, for a person; None for one that tells nothing."""
    story = read_story(path)
    if story is None:
        return None
    try:
        frames = sum(int(row["frames"]) for row in story["trained"])
        names = ", ".join(str(row["name"]) for row in story["trained"])
        return tr(
            "{file} is {engine}, trained on {frames} of {names}: held-out J&F {before:.3f} before, "
            "{after:.3f} after.",
            file=path.name,
            engine=story["engine"],
            frames=counted(frames, "frame"),
            names=names,
            before=float(story["before"]),
            after=float(story["after"]),
        )
    except (KeyError, TypeError, ValueError):
        return None


def sha256_of(path: Path) -> str:
    """Of a file, lower-case hex.

    Raises:
        ModelError: it cannot be read.
    """
    try:
        with open_regular(path) as file:
            digest = hashlib.sha256()
            while piece := file.read(1 << 20):
                digest.update(piece)
    except OSError as error:
        raise ModelError(
            tr("The checkpoint {path} cannot be read ({error}).", path=path, error=error.strerror)
        ) from error
    return digest.hexdigest()


def _rows(videos: Sequence[TaughtVideo]) -> list[dict[str, Any]]:
    return [
        {
            "name": video.name,
            "digest": video.digest,
            "frames": len(video.masks),
            "objects": len(video.object_ids),
            "masks": len(video.cells),
        }
        for video in videos
    ]


def _digest(videos: Sequence[TaughtVideo]) -> str:
    """Of the very masks."""
    digest = hashlib.sha256()
    for video in videos:
        digest.update(json.dumps([video.digest, len(video.cells)]).encode())
        for frame, row in video.masks.items():
            for object_id, mask in row.items():
                digest.update(f"{frame} {object_id} {mask.height} {mask.width} ".encode())
                digest.update(mask.counts)
    return digest.hexdigest()


def _by_epoch(losses: Sequence[float], steps: int) -> list[float]:
    pieces = [losses[start : start + steps] for start in range(0, len(losses), steps)]
    return [round(sum(piece) / len(piece), 6) for piece in pieces]
