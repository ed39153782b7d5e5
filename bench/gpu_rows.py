"""The rows of bench/gpu.py: each measures one thing and says whether it is as it should be."""

from __future__ import annotations

import copy
import gc
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import seeded
import torch
from gpu_official import Official, as_jpegs, never, no_memory
from gpu_pictures import parts, together

from vostool.errors import DeviceFullError
from vostool.evaluate.array_source import ArraySource
from vostool.evaluate.generated_clip import generate_clip
from vostool.io.video.sources import open_source
from vostool.masks.box import Box
from vostool.masks.mask import Mask
from vostool.models.edgetam.engine import EdgeTamEngine
from vostool.models.engine import Direction, Keyframe, SegmentRequest, TrackRequest
from vostool.models.engine_options import EngineOptions
from vostool.models.mobile_sam.engine import MobileSamEngine
from vostool.models.sam2.build import build_predictor
from vostool.models.sam2.engine import Sam2Engine
from vostool.models.sam2.published import MODELS
from vostool.models.shared.device import choose_dtype
from vostool.models.shared.half_weights import keep_in_half
from vostool.models.weights.catalog import find_checkpoint
from vostool.project.prompts import Point, Prompts

Measured = tuple[str, bool | None]
Row = tuple[str, Callable[[], Measured], bool]
CPU = torch.device("cpu")
ALIKE, SAME, GROWTH, COMPILING = 0.98, 0.99, 1e6, 90.0


class Bench:
    """Everything measured on one clip with one model of SAM 2; EdgeTAM and MobileSAM are seeded."""

    def __init__(
        self, device: torch.device, model: str, scratch: Path, *, video: Path | None, frames: int,
        long: int, small: bool,
    ) -> None:  # fmt: skip
        self.device, self.model, self.scratch, self.small = device, model, scratch, small
        self.long, self.dtype = long, choose_dtype(device)
        if video is None:
            size = (96, 64) if small else (1920, 1080)
            pictures = generate_clip(frames, *size).frames
        else:
            opened = open_source(video)
            pictures = [opened.frame(n) for n in range(min(frames, len(opened)))]
        # Both read the same pixels: what the official loader finds in its folder.
        self.clip = ArraySource(as_jpegs(pictures, scratch / "frames"))
        self.width, self.height = self.clip.info.width, self.clip.info.height
        self.same = SAME
        self.predictor = self._predictor()

    def rows(self) -> Iterator[Row]:
        """In the order in which a person wants to know them."""
        for kind in ("SAM 2", "EdgeTAM", "MobileSAM"):
            yield f"{kind}: masks as in float32 on the CPU", partial(self.alike, kind), False
        yield "parts of a tracked frame", partial(parts, self), True
        yield "four frames encoded together, as alone", partial(together, self), True
        yield "kernels and synchronisations a frame", self.launches, True
        for mixed in (False, True):
            for count in (1, 5) if self.small else (1, 5, 20):
                where = "mixed frames" if mixed else "one frame"
                yield (
                    f"ms a frame, {count} objects of {where}",
                    partial(self.against_official, count, mixed, False),
                    True,
                )
        yield "the same compiled, 1 object", partial(self.against_official, 1, False, True), True
        yield "clicks: cold, prepared, second", self.clicks, True
        yield "a second pass against the first", self.second_pass, True
        yield f"memory and its growth over {self.long} frames", self.growth, False
        yield "too little memory is one sentence", self.too_little, False

    # -- engines

    def _predictor(self) -> Any:
        found = find_checkpoint(MODELS[self.model])
        if found is not None and not self.small:
            return build_predictor(MODELS[self.model], found, CPU)
        print("seeded weights: no checkpoint of", self.model)
        if self.dtype is not torch.float32:
            self.same = ALIKE  # their logits lie near zero, where half precision's rounding decides
        return seeded.sam2(64 if self.small else 1024, self.model, small=self.small)

    def sam2(self, device: torch.device, dtype: torch.dtype, batch: int | None = None) -> Any:
        predictor = copy.deepcopy(self.predictor).to(device)
        keep_in_half(predictor, dtype)
        options = EngineOptions(object_batch=batch)
        return self._opened(Sam2Engine(MODELS[self.model], predictor, dtype, options=options))

    def engine(self, kind: str, device: torch.device, dtype: torch.dtype) -> Any:
        if kind == "SAM 2":
            return self.sam2(device, dtype)
        if kind == "EdgeTAM":
            size = (128, 16) if self.small else (1024, 256)
            model = seeded.edgetam(*size).to(device)
            keep_in_half(model, dtype)
            return self._opened(EdgeTamEngine(model, dtype))
        return self._opened(MobileSamEngine(seeded.mobile_sam().to(device), dtype))

    def _opened(self, engine: Any) -> Any:
        engine.open(self.clip)
        return engine

    # -- prompts

    def box(self, number: int) -> Box:
        x = self.width * (0.05 + 0.7 * (number * 0.37 % 1.0))
        y = self.height * (0.05 + 0.7 * (number * 0.61 % 1.0))
        return Box(x, y, x + self.width * 0.2, y + self.height * 0.2)

    def run(self, objects: int, mixed: bool = False, last: int | None = None) -> TrackRequest:
        frames = [number % min(3, len(self.clip)) if mixed else 0 for number in range(objects)]
        keys = [Keyframe(f, n + 1, Prompts(box=self.box(n))) for n, f in enumerate(frames)]
        end = len(self.clip) - 1 if last is None else last
        return TrackRequest(tuple(keys), Direction.FORWARD, 0, 0, end)

    # -- rows

    def alike(self, kind: str) -> Measured:
        """A click, a box, a mask and a short run, on the device and in float32 on the CPU."""
        square = np.zeros((self.height, self.width), bool)
        square[self.height // 4 : self.height // 2, self.width // 4 : self.width // 2] = True
        click = Prompts((Point(self.width * 0.3, self.height * 0.4),))
        prompts = (click, Prompts(box=self.box(1)), Prompts(mask=Mask.from_array(square)))
        found = []
        for place, dtype in ((CPU, torch.float32), (self.device, self.dtype)):
            engine = self.engine(kind, place, dtype)
            masks = [engine.segment(SegmentRequest(0, 1, p)).mask for p in prompts]
            steps = list(engine.track(self.run(2, last=2), never))
            found.append([*masks, *(r.mask for s in steps for r in s.replies.values())])
            engine.close()
        ious = [a.iou(b) for a, b in zip(*found, strict=True)]
        worst, median = min(ious), float(np.median(ious))
        return f"IoU median {median:.4f}, worst {worst:.4f} of {len(ious)}", median >= ALIKE

    def launches(self) -> Measured:
        """As the profiler of a GPU sees them; on a CPU as fake tensors count them."""
        if self.device.type != "cuda":
            import counting

            predictor = copy.deepcopy(self.predictor)
            keep_in_half(predictor, torch.bfloat16)
            with counting.counted(predictor, torch.bfloat16) as counts:
                engine = self._opened(Sam2Engine(MODELS[self.model], predictor, torch.bfloat16))
                for step in engine.track(self.run(1, last=2), never):
                    if step.frame < 2:
                        counts.cleared()
            return f"on a pretended card: {counts}", None
        engine = self.sam2(self.device, self.dtype)
        steps = engine.track(self.run(1, last=3), never)
        next(steps), next(steps)
        with torch.profiler.profile() as profile:
            next(steps)
        events = {e.key: e.count for e in profile.key_averages()}
        launched = sum(n for name, n in events.items() if "LaunchKernel" in name)
        waits = sum(n for name, n in events.items() if "Synchronize" in name)
        return f"{launched} kernels, {waits} synchronisations", waits <= 1

    def against_official(self, count: int, mixed: bool, compiled: bool) -> Measured:
        """Turn by turn with the official predictor under the same autocast."""
        if compiled and self.device.type != "cuda":
            return "not on this device: the official build compiles for CUDA", None
        ours = self.sam2(self.device, self.dtype)
        steps, times = ours.track(self.run(count, mixed), never), ([], [])
        request = self.run(count, mixed)
        with Official(self, request, compiled) as theirs:
            mine = self.each(steps, times[0])
            begun, masks = time.monotonic(), []
            for step, (_, _, logits) in zip(mine, self.each(theirs, times[1]), strict=False):
                if compiled and time.monotonic() - begun > COMPILING and len(times[1]) < 3:
                    return "given up after 90 s of compiling", None
                if len(step.replies) == count:
                    masks.append((step.replies, logits[:, 0] > 0))
        ours.close()
        shared = min(map(len, times))
        mine_ms, theirs_ms = (1000 * float(np.median(t[1:shared])) for t in times)
        ious = [
            reply.mask.iou(Mask.from_array(masks_[n].cpu().numpy()))
            for replies, masks_ in masks
            for n, reply in enumerate(replies.values())
        ]
        ratio, iou = theirs_ms / mine_ms, float(np.median(ious or [0.0]))
        text = f"{mine_ms:.1f}, official {theirs_ms:.1f}: ratio {ratio:.2f}, IoU {iou:.4f}"
        if iou < self.same and not compiled and not mixed:
            raise AssertionError(text)
        return text, ratio >= 1

    def clicks(self) -> Measured:
        engine = self.sam2(self.device, self.dtype)
        click = Prompts((Point(self.width * 0.3, self.height * 0.4),))
        more = Prompts((*click.points, Point(self.width * 0.6, self.height * 0.6, False)))
        engine.segment(SegmentRequest(0, 1, click))  # the first one loads libraries
        cold, second, prepared = [], [], []
        self.timed(engine.segment, cold)(SegmentRequest(1, 1, click))
        self.timed(engine.segment, second)(SegmentRequest(1, 1, more))
        engine.prepare(2, never)
        self.timed(engine.segment, prepared)(SegmentRequest(2, 1, click))
        engine.close()
        text = ", ".join(f"{1000 * t[0]:.0f}" for t in (cold, prepared, second))
        return f"{text} ms", second[0] < 0.2

    def second_pass(self) -> Measured:
        engine, times = self.sam2(self.device, self.dtype), []
        few = self.run(1, last=min(8, len(self.clip) - 1))
        for _ in range(2):
            begun = time.perf_counter()
            for _step in engine.track(few, never):
                pass
            times.append(time.perf_counter() - begun)
        engine.close()
        return f"{times[0]:.2f} s, then {times[1]:.2f} s", times[1] <= times[0] * 1.05

    def growth(self) -> Measured:
        """Bytes more in the last third of a long run than in the second."""
        frames = [self.clip.frame(n % len(self.clip)) for n in range(self.long)]
        engine = self.sam2(self.device, self.dtype)
        engine.open(ArraySource(frames))
        held = []
        for _ in engine.track(self.run(1, last=self.long - 1), never):
            held.append(self._memory())
        engine.close()
        third = len(held) // 3
        grown = float(np.median(held[2 * third :]) - np.median(held[third : 2 * third]))
        text = f"{held[-1] / 1e6:.0f} MB, {grown / 1e6:+.2f} MB"
        # A process's memory on a CPU also moves with what the system gives and takes.
        return text, grown < GROWTH if self.device.type == "cuda" else None

    def too_little(self) -> Measured:
        """A limit on the card's memory; on a CPU what the card would raise is raised."""
        engine = self.sam2(self.device, self.dtype, batch=16)
        request = SegmentRequest(3, 1, Prompts(box=self.box(0)))
        on_cuda = self.device.type == "cuda"
        if on_cuda:
            total = torch.cuda.get_device_properties(self.device).total_memory
            torch.cuda.set_per_process_memory_fraction(
                (torch.cuda.memory_allocated(self.device) + 4e6) / total, self.device
            )
        else:
            engine._answer = partial(no_memory, "CUDA out of memory.")
        try:
            engine.segment(request)
            said = ""
        except DeviceFullError as error:
            said = str(error)
        finally:
            if on_cuda:
                torch.cuda.set_per_process_memory_fraction(1.0, self.device)
            else:
                del engine._answer
        answered = engine.segment(request).mask.height == self.height
        engine.close()
        return said or "the limit was not reached", answered and "more memory" in said

    # -- measuring

    def timed(self, work: Callable[..., Any], times: list[float]) -> Callable[..., Any]:
        def timed(*arguments: Any, **named: Any) -> Any:
            self._wait()
            begun = time.perf_counter()
            result = work(*arguments, **named)
            self._wait()
            times.append(time.perf_counter() - begun)
            return result

        return timed

    def each(self, steps: Iterator[Any], times: list[float]) -> Iterator[Any]:
        ask = self.timed(partial(next, steps, None), times)
        while (step := ask()) is not None:
            yield step
        times.pop()

    def _wait(self) -> None:
        if self.device.type == "cuda":
            torch.cuda.synchronize(self.device)

    def _memory(self) -> int:
        if self.device.type == "cuda":
            return int(torch.cuda.memory_allocated(self.device))
        gc.collect()
        return int(psutil.Process().memory_info().rss)
