"""Take the ranges of MobileSAM's image encoder anew: what goes into each layer, by some videos.

    python bench/mobile_sam_ranges.py a.mp4 b.mp4 --frames 3

Frames are taken at equal distances from each video. The published checkpoint is read. Layers of
`LEFT_OUT` are left out. The program's table is written over; of the frames nothing is kept but the
smallest and the largest value of each layer.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

import torch
from torch.utils.hooks import RemovableHandle

from vostool.io.video.sources import open_source
from vostool.models.mobile_sam.eight_bits import (
    LEFT_OUT,
    TABLE,
    Range,
    table_text,
    weight_norm,
    weighted_layers,
)
from vostool.models.mobile_sam.encoder import Geometry, preprocess
from vostool.models.mobile_sam.network import MobileSam, build_mobile_sam
from vostool.models.mobile_sam.published import MOBILE_SAM
from vostool.models.weights.catalog import find_checkpoint


def main() -> None:
    """Write the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("videos", type=Path, nargs="+")
    parser.add_argument("--frames", type=int, default=3, help="of each video")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--checkpoint", type=Path, help="default: the one that is found")
    parser.add_argument("--out", type=Path, default=TABLE)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    checkpoint = arguments.checkpoint or find_checkpoint(MOBILE_SAM)
    network = build_mobile_sam(checkpoint, torch.device("cpu"))
    table = ranges_of(network, pictures(arguments.videos, arguments.frames))
    arguments.out.write_text(table_text(table), "utf-8")
    print(f"{len(table)} layers in {arguments.out}")


def pictures(videos: list[Path], count: int) -> Iterator[torch.Tensor]:
    """Frames at equal distances, as the encoder sees them."""
    for path in videos:
        with closing(open_source(path)) as source:
            geometry = Geometry.of(source.info.height, source.info.width)
            for n in range(count):
                frame = source.frame((2 * n + 1) * len(source) // (2 * count))
                yield preprocess(frame, geometry)
            print(f"{path.name}: {count} of {len(source)} frames")


def ranges_of(network: MobileSam, shown: Iterable[torch.Tensor]) -> dict[str, Range]:
    """The ranges of a network that is ready, on these (1, 3, h, w) pictures."""
    seen, hooks = watch(network)
    with torch.inference_mode():
        for picture in shown:
            network.image_encoder(picture)
    for hook in hooks:
        hook.remove()
    return {
        name: Range(*seen[name], weight_norm(layer))
        for name, layer in weighted_layers(network.image_encoder)
        if name not in LEFT_OUT
    }


def watch(network: MobileSam) -> tuple[dict[str, tuple[float, float]], list[RemovableHandle]]:
    """The smallest and the largest value that goes into each layer from now on, by its name."""
    seen: dict[str, tuple[float, float]] = {}
    hooks: list[RemovableHandle] = []

    def watch_layer(name: str, layer: torch.nn.Module) -> None:
        def look(_layer: torch.nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
            low, high = seen.get(name, (math.inf, -math.inf))
            now = inputs[0].aminmax()
            seen[name] = min(low, float(now.min)), max(high, float(now.max))

        hooks.append(layer.register_forward_pre_hook(look))

    for name, layer in weighted_layers(network.image_encoder):
        watch_layer(name, layer)
    return seen, hooks


if __name__ == "__main__":
    main()
