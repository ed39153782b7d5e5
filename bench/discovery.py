"""What looking for new objects costs a run: the same frames tracked without and with it.

    python bench/discovery.py checkpoints/mobile_sam.pt FOLDER_OF_PICTURES MASK.png [--frames 60]

The mask (0 is background) is the object of frame 0. No room is left for a second object, so that
what is measured is the looks and not the tracking of what they find.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
from PIL import Image as PillowImage

from vostool.evaluate.headless import reference
from vostool.finders.finder import Question, Way
from vostool.finders.identity import NewRules
from vostool.finders.registry import create_finder
from vostool.io.video.sources import open_source
from vostool.masks.mask import Mask, MaskRecord, Provenance
from vostool.models.engine import Direction
from vostool.models.registry import create_engine
from vostool.project import edits
from vostool.project.project import Project
from vostool.runs.discovery.looking import Asked
from vostool.runs.discovery.run import discover
from vostool.runs.discovery.values import DiscoveryRules
from vostool.runs.request import plan_run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("pictures", type=Path)
    parser.add_argument("mask", type=Path)
    parser.add_argument("--frames", type=int, default=60)
    parser.add_argument("--every", type=int, default=30)
    parser.add_argument("--times", type=int, default=2)
    args = parser.parse_args()
    source = open_source(args.pictures)
    project = Project(reference(source.info))
    project.apply(edits.add_object(project)[0])
    mask = Mask.from_array(np.asarray(PillowImage.open(args.mask)) > 0)
    record = MaskRecord(mask, Provenance.IMPORTED)
    project.apply(edits.set_masks(project, [((0, 1), record)], "Import"))
    last = min(args.frames, len(source)) - 1
    request = plan_run(project, Direction.FORWARD, last=last)
    engine = create_engine("mobile-sam", None, args.checkpoint)
    engine.open(source)
    for _ in engine.track(plan_run(project, Direction.FORWARD, last=1), lambda: False):
        pass  # what is loaded at the first frame is not a part of either time
    rules = DiscoveryRules(args.every, NewRules(max_objects=1))
    asked = Asked(create_finder("everything"), Question(Way.EVERYTHING), engine)
    for _ in range(args.times):
        engine.open(source)
        start = time.perf_counter()
        for _ in engine.track(request, lambda: False):
            pass
        plain = time.perf_counter() - start
        engine.open(source)
        start = time.perf_counter()
        for _ in discover(project, source, request, rules, asked, lambda: False):
            pass
        looking = time.perf_counter() - start
        print(f"{last + 1} frames: {plain:.1f} s, with looks every {args.every}: {looking:.1f} s, "
              f"{looking / plain - 1:+.0%}")  # fmt: skip


if __name__ == "__main__":
    main()
