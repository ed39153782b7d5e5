"""What a cluster costs a batch: clips done by one process, by one worker and by two workers.

    python bench/batch.py [--clips 12] [--frames 40] [--times 3]

Every process that works is held to one core, so that two workers stand for two machines of one
core and nothing gains by threads. All three go through the same clips in turns, the order turned
round each time; the medians' ratios count, by the clock on a quiet machine. Loading libraries is
left out of each: a short clip goes before. The scheduler and this process share what the workers
leave, as on a busy machine.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from distributed import LocalCluster
from PIL import Image as PillowImage

from vostool.evaluate.generated_clip import generate_clip
from vostool.jobs.cluster import run_on
from vostool.jobs.job import JobResult, JobState, Listener
from vostool.jobs.job_file import load_jobs
from vostool.jobs.local import run_here

BOX = 'boxes = ["0:1:150,110,260,200"]'


def quiet() -> Listener:
    """Nobody listens. Made anew each time: a listener that waits for wishes cannot be sent."""
    return Listener(lambda progress: None, lambda: False)


class Times(NamedTuple):
    """Seconds: by the clock, and of the processes that work together."""

    wall: float
    processor: float


def write_jobs(folder: Path, pattern: str, name: str) -> Path:
    """A job file whose projects lie in a folder of its own."""
    path = folder / f"{name}.toml"
    path.write_text(
        f'vostool_jobs = 1\nprojects = "{name}"\nengine = "flow"\n'
        f'[[jobs]]\nvideo = "{pattern}"\n{BOX}\n'
    )
    return path


def write_clips(folder: Path, clips: int, frames: int) -> None:
    """Clips that differ in their noise, and a short one to warm up with."""
    for clip in range(clips + 1):
        to = folder / (f"clips/c{clip:02d}" if clip else "warm/w")
        to.mkdir(parents=True)
        pictures = generate_clip(frames if clip else 4, seed=clip + 1).frames
        for number, picture in enumerate(pictures):
            PillowImage.fromarray(picture).save(to / f"{number:04d}.png", compress_level=1)


def in_one_process(folder: Path, name: str) -> Times:
    """A process held to the first core."""
    command = [sys.executable, __file__, "--alone", str(folder), "--name", name]
    told = subprocess.run(command, check=True, capture_output=True, text=True)
    wall, processor = told.stdout.split()[-2:]
    return Times(float(wall), float(processor))


def alone(folder: Path, name: str) -> None:
    """In that process: warm up, do the clips, print the seconds."""
    os.sched_setaffinity(0, {cores()[0]})
    for pattern, kind in (("warm/*", "warm"), ("clips/*", "clips")):
        plan = load_jobs(write_jobs(folder, pattern, f"{name}-{kind}"))
        wall, processor = time.perf_counter(), time.process_time()
        check(run_here(plan.jobs, plan.setup, quiet()))
    print(time.perf_counter() - wall, time.process_time() - processor)


def on_workers(folder: Path, name: str, workers: int) -> Times:
    """So many workers, each held to a core of its own."""
    with (
        LocalCluster(
            n_workers=workers, threads_per_worker=1, dashboard_address=None, silence_logs=50
        ) as cluster,
        cluster.get_client() as client,
    ):
        for rank, address in enumerate(client.scheduler_info(n_workers=-1)["workers"]):
            client.submit(
                _hold, folder, f"{name}-warm{rank}", cores()[rank], workers=[address]
            ).result()
        plan = load_jobs(write_jobs(folder, "clips/*", name))
        wall, processor = time.perf_counter(), sum(client.run(time.process_time).values())
        check(run_on(cluster.scheduler_address, plan.jobs, plan.setup, quiet()))
        wall = time.perf_counter() - wall
        return Times(wall, sum(client.run(time.process_time).values()) - processor)


def _hold(folder: Path, name: str, core: int) -> None:
    """On a worker: to one core with all its threads, and warm."""
    for thread in os.listdir("/proc/self/task"):
        os.sched_setaffinity(int(thread), {core})
    plan = load_jobs(write_jobs(folder, "warm/*", name))
    check(run_here(plan.jobs, plan.setup, quiet()))


def check(results: list[JobResult]) -> None:
    """A batch that did not do its work is no measure."""
    bad = [result for result in results if result.state is not JobState.DONE]
    if bad or not results:
        raise SystemExit(f"Not done: {bad or 'no jobs'}")


def cores() -> list[int]:
    """Two of those that this process may use."""
    mine = sorted(os.sched_getaffinity(0))
    if len(mine) < 2:
        raise SystemExit("Two cores are needed.")
    return mine[:2]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clips", type=int, default=12)
    parser.add_argument("--frames", type=int, default=40)
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--alone", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--name", default="", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.alone:
        return alone(args.alone, args.name)
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        write_clips(folder, args.clips, args.frames)
        ways = {
            "one process": lambda name: in_one_process(folder, name),
            "one worker": lambda name: on_workers(folder, name, 1),
            "two workers": lambda name: on_workers(folder, name, 2),
        }
        times: dict[str, list[Times]] = {way: [] for way in ways}
        for turn in range(args.times):
            for way in list(ways) if turn % 2 == 0 else reversed(list(ways)):
                times[way].append(ways[way](f"{way.replace(' ', '-')}-{turn}"))
                wall, processor = times[way][-1]
                print(f"{way}: {wall:.2f} s, {processor:.2f} s of processor", flush=True)
    one, worker, two = (
        Times(*map(statistics.median, zip(*times[way], strict=True))) for way in ways
    )
    print(f"cluster over one process: {worker.wall / one.wall - 1:+.1%} by the clock, "
          f"{worker.processor / one.processor - 1:+.1%} of processor")  # fmt: skip
    print(f"two workers over one: {worker.wall / two.wall:.2f} times")


if __name__ == "__main__":
    main()
