"""What the image encoder and its features cost: backends in turn, pre-emption, and the disk cache.

encoder   seconds a frame, official against ours in PyTorch and through OpenVINO, interleaved
preempt   how long after the flag turned a preparation ended
disk      bytes a frame, milliseconds to write and to read it back

Weights are seeded and random: speed does not depend on them.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
from sam2.build_sam import build_sam2_video_predictor

from vostool.models.sam2 import openvino as sam2_openvino
from vostool.models.sam2.encoder import TorchEncoder, encoder_identity
from vostool.models.sam2.published import MODELS
from vostool.models.shared.encoder import PreemptedError
from vostool.models.shared.feature_disk import DiskFeatures


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", default="sam2.1-tiny", choices=list(MODELS))
    parser.add_argument("--size", type=int, default=1024, help="side of the encoder's input")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=8)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--openvino", action="store_true", help="measure OpenVINO too (f32)")
    parser.add_argument("--openvino-folder", type=Path, help="keep compiled encoders here")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(arguments.seed)
    predictor = build_sam2_video_predictor(
        MODELS[arguments.model].config,
        None,
        device="cpu",
        hydra_overrides_extra=[f"++model.image_size={arguments.size}"],
    ).requires_grad_(False)
    print(
        f"{arguments.model}, {arguments.size} px, {arguments.threads} threads, "
        f"torch {torch.__version__}, seed {arguments.seed}"
    )
    with tempfile.TemporaryDirectory() as scratch, torch.inference_mode():
        encoders = make_encoders(predictor, arguments, Path(scratch))
        levels = compare(encoders, arguments)
        preempt(encoders, arguments)
        disk(levels, Path(scratch) / "disk", arguments.repeats)


def make_encoders(predictor, arguments: argparse.Namespace, scratch: Path):
    encoders = {"official": predictor.forward_image, "torch": TorchEncoder(predictor)}
    if arguments.openvino:
        begun, before = time.perf_counter(), resident()
        identity = encoder_identity(predictor)
        folder = arguments.openvino_folder or scratch / "openvino"
        with torch.inference_mode(False):
            made = sam2_openvino.make_openvino_encoder(predictor, identity, folder=folder)
        seconds = time.perf_counter() - begun
        print(f"openvino ready in {seconds:.1f} s, {resident() - before:+.0f} MB resident")
        encoders["openvino"] = made
    return encoders


def compare(encoders, arguments: argparse.Namespace):
    """One frame each in turn; the first round is not counted."""
    picture = torch.randn(1, 3, arguments.size, arguments.size)
    times: dict[str, list[float]] = {name: [] for name in encoders}
    errors = dict.fromkeys(encoders, 0.0)
    official: list[torch.Tensor] = []
    for number in range(arguments.repeats + 1):
        for name, encode in encoders.items():
            begun = time.perf_counter()
            levels = encode(picture)["backbone_fpn"]
            if number:
                times[name].append(time.perf_counter() - begun)
            official = levels if name == "official" else official
            off = [float((a - b).abs().max()) for a, b in zip(official, levels, strict=True)]
            errors[name] = max(off)
    print(f"{'encoder':>10}{'median s':>10}{'least s':>9}{'ratio':>7}  largest difference")
    for name, taken in times.items():
        ratio = np.median(np.array(times["official"]) / np.array(taken))
        print(
            f"{name:>10}{np.median(taken):>10.3f}{min(taken):>9.3f}{ratio:>7.2f}"
            f"  {errors[name]:.1e}"
        )
    return official


def preempt(encoders, arguments: argparse.Namespace) -> None:
    """The flag turns at several moments of a frame."""
    picture = torch.randn(1, 3, arguments.size, arguments.size)
    for name, encode in encoders.items():
        if name == "official":
            continue
        begun = time.perf_counter()
        encode(picture)
        whole = time.perf_counter() - begun
        late = [late_by(encode, picture, whole * part) for part in (0.1, 0.3, 0.5, 0.7)]
        ended = [seconds for seconds in late if seconds is not None]
        print(f"preempt {name}: median {np.median(ended):.3f} s, worst {max(ended):.3f} s")


def late_by(encode, picture: torch.Tensor, moment: float) -> float | None:
    begun = time.perf_counter()
    try:
        encode(picture, lambda: time.perf_counter() - begun > moment)
    except PreemptedError:
        return time.perf_counter() - begun - moment
    return None


def disk(levels: list[torch.Tensor], folder: Path, repeats: int) -> None:
    """Through the operating system's page cache, as a second pass over a video finds it."""
    for name, dtype in (("float32", torch.float32), ("bfloat16", torch.bfloat16)):
        stored = [level.to(dtype) for level in levels]
        cache = DiskFeatures(folder / name, identity=(name,), keep=True)
        writes, reads = [], []
        for frame in range(repeats):
            begun = time.perf_counter()
            cache.store(frame, stored)
            writes.append(time.perf_counter() - begun)
        for frame in range(repeats):
            begun = time.perf_counter()
            found = cache.load(frame)
            reads.append(time.perf_counter() - begun)
            assert found is not None
        print(
            f"disk {name}: {cache.bytes_held / repeats / 1e6:.2f} MB a frame, write "
            f"{np.median(writes) * 1e3:.1f} ms, read {np.median(reads) * 1e3:.1f} ms (medians)"
        )


def resident() -> float:
    """Resident memory of this process in MB (Linux)."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 1e6


if __name__ == "__main__":
    main()
