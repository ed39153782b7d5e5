"""A low-rank adapter of SAM's mask decoder (Hu et al., arXiv:2106.09685), of one object.

A linear layer's weight W (out, in) becomes W + up @ down, with up (out, rank) and down (rank, in).
The decoder itself is never touched: an object is decoded by a copy of it that shares every weight
but those adapted, so objects that are decoded together know nothing of each other's adapters.
MobileSAM and SAM 2 have the same decoder classes, and so the same layers by name.
"""

from __future__ import annotations

import copy
import hashlib
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from sam2.modeling.sam.mask_decoder import MaskDecoder
from torch import Tensor, nn

HYPERNETWORKS = "output_hypernetworks_mlps."
TRANSFORMER = "transformer."


@dataclass(frozen=True, slots=True, eq=False)
class Adapter:
    """What is added to the weights of a decoder.

    Attributes:
        added: by the layer's name, up (out, rank) and down (rank, in), float32 on the CPU.
    """

    added: Mapping[str, tuple[Tensor, Tensor]]

    def to_bytes(self) -> bytes:
        """For a file: an npz of float16 arrays, some ten kilobytes."""
        arrays: dict[str, np.ndarray] = {}
        for name, (up, down) in self.added.items():
            arrays[f"{name}:up"] = up.numpy().astype(np.float16)
            arrays[f"{name}:down"] = down.numpy().astype(np.float16)
        data = io.BytesIO()
        np.savez(data, **arrays)  # type: ignore[arg-type]
        return data.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> Adapter:
        """What :meth:`to_bytes` gave; runs nothing of it.

        Raises:
            ValueError: these bytes are no adapter.
        """
        try:
            with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
                names = {name.partition(":")[0] for name in arrays.files}
                return cls(
                    {n: (_read(arrays[f"{n}:up"]), _read(arrays[f"{n}:down"])) for n in names}
                )
        except Exception as error:
            raise ValueError("these bytes are no adapter") from error

    def fits(self, decoder: MaskDecoder) -> bool:
        """True where the decoder has these layers, of these sizes."""
        layers = linear_layers(decoder)
        return all(
            name in layers
            and up.ndim == down.ndim == 2
            and up.shape[1] == down.shape[0]
            and layers[name].weight.shape == (up.shape[0], down.shape[1])
            for name, (up, down) in self.added.items()
        )


def linear_layers(
    decoder: MaskDecoder, wanted: Callable[[str], bool] = lambda _: True
) -> dict[str, nn.Linear]:
    """The decoder's linear layers by name."""
    return {
        name: module
        for name, module in decoder.named_modules()
        if isinstance(module, nn.Linear) and wanted(name)
    }


def copy_of(decoder: MaskDecoder) -> MaskDecoder:
    """A copy whose modules are its own and whose weights are the decoder's."""
    shared: list[Tensor] = [*decoder.parameters(), *decoder.buffers()]
    return copy.deepcopy(decoder, {id(tensor): tensor for tensor in shared})


def adapted(decoder: MaskDecoder, adapter: Adapter) -> MaskDecoder:
    """A decoder for one object; shares all weights but those of the adapted layers.

    Raises:
        ValueError: the adapter is of another decoder.
    """
    if not adapter.fits(decoder):
        raise ValueError("the adapter is of another decoder")
    other = copy_of(decoder)
    layers = linear_layers(other)
    for name, (up, down) in adapter.added.items():
        old = layers[name].weight
        added = (up @ down).to(old.device)
        layers[name].weight = nn.Parameter((old.float() + added).to(old.dtype), False)
    return other


def fingerprint(decoder: MaskDecoder) -> str:
    """Tells a decoder from one of other weights, whatever type layers are kept in."""
    tokens = decoder.mask_tokens.weight.detach().float().cpu().numpy()
    return hashlib.blake2b(np.ascontiguousarray(tokens).tobytes(), digest_size=8).hexdigest()


def _read(array: np.ndarray) -> Tensor:
    return torch.from_numpy(np.asarray(array, np.float32))
