"""SAM 2.0 tiny's image half, read out of two ONNX files into the names of the sam2 package.

The files are the encoder (ONNX Runtime's own format, tensors by name, graph optimised) and the
decoder (ONNX) of the browser plugin that ``fetch_real_weights.py`` fetches. What is in them:

- image encoder, prompt encoder, mask decoder and ``no_mem_embed``: everything that a click on a
  single picture goes through;
- no memory encoder, memory attention or object pointers, so nothing can be tracked with them;
- no ``pred_obj_score_head``: the exporter cut the head off that says whether the object is there
  at all. :func:`complete` sets it to "present", with the value that sam2 itself assumes for models
  that have no such head.

Two things are not there as they were trained and are made again exactly: linear layers stand
transposed and partly without a name, which the node that reads them gives back; and the two
position embeddings stand as their sum, see :func:`split_positions`.
"""

from __future__ import annotations

import math
import re
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

Array = NDArray[np.float32]
State = dict[str, torch.Tensor]

ENCODER = "sam2_hiera_tiny_encoder.with_runtime_opt.ort"
DECODER = "sam2_hiera_tiny_decoder_pr1.onnx"

MEMORY_PREFIXES = (
    "memory_attention.",
    "memory_encoder.",
    "maskmem_tpos_enc",
    "no_mem_pos_enc",
    "no_obj_ptr",
    "obj_ptr_proj.",
    "mask_downsample.",
)
"""Parameters that only tracking reads; ``mask_downsample`` makes pointers out of mask prompts."""

OBJECT_SCORE_HEAD = "sam_mask_decoder.pred_obj_score_head."
_PRESENT = 10.0
"""The logit that sam2's mask decoder assumes where a model predicts no object score."""

_POSITIONS = "/image_encoder/trunk/Transpose_output_0"
_TRANSPOSED = re.compile(r"/(.+)/Transpose_output_0")
_TRAINED = re.compile(r".+\.(weight|bias|positional_encoding_gaussian_matrix)")
_GRID, _WINDOW = 7, 8
"""Sides of ``pos_embed`` and ``pos_embed_window`` in sam2_hiera_t.yaml."""


def image_half(folder: Path) -> State:
    """State dict of all that the two files hold, by sam2's names, float32.

    Raises:
        ValueError: a file is not the one this was written for.
    """
    encoder = read_encoder(folder / ENCODER)
    decoder = read_decoder(folder / DECODER)
    return {name: torch.from_numpy(array.copy()) for name, array in (encoder | decoder).items()}


def complete(image: State, module: torch.nn.Module) -> State:
    """A whole state dict: the image half, the module's own memory weights, "object present".

    Raises:
        ValueError: the module misses something else, or a shape differs.
    """
    state = dict(module.state_dict())
    missing = [name for name in state if name not in image]
    strange = [n for n in missing if not n.startswith((*MEMORY_PREFIXES, OBJECT_SCORE_HEAD))]
    unknown = [name for name in image if name not in state]
    shapes = [n for n in image if n in state and image[n].shape != state[n].shape]
    if strange or unknown or shapes:
        raise ValueError(f"missing {strange}, unknown {unknown}, of another shape {shapes}")
    for name in missing:
        if name.startswith(OBJECT_SCORE_HEAD):
            state[name] = torch.zeros_like(state[name])
    state[OBJECT_SCORE_HEAD + "layers.2.bias"].fill_(_PRESENT)
    return state | image


def read_encoder(path: Path) -> dict[str, Array]:
    """Tensors of the encoder file by sam2's names; linear weights turned back to (out, in)."""
    found: dict[str, Array] = {}
    for name, array in _ort_tensors(path).items():
        linear = _TRANSPOSED.fullmatch(name)
        if name == _POSITIONS:
            grid, window = split_positions(array)
            found["image_encoder.trunk.pos_embed"] = grid
            found["image_encoder.trunk.pos_embed_window"] = window
        elif linear is not None:
            found[linear.group(1).replace("/", ".") + ".weight"] = array.T
        elif _TRAINED.fullmatch(name):
            found[name.removeprefix("model.")] = array
        elif name == "no_mem_embed":
            found[name] = array.reshape(1, 1, -1)
    return found


def _ort_tensors(path: Path) -> dict[str, Array]:
    """Float initialisers of a file in ONNX Runtime's flatbuffers format."""
    from onnxruntime.tools.ort_format_model.ort_flatbuffers_py.fbs.InferenceSession import (
        InferenceSession,
    )
    from onnxruntime.tools.ort_format_model.ort_flatbuffers_py.fbs.TensorDataType import (
        TensorDataType,
    )

    content = path.read_bytes()
    if not InferenceSession.InferenceSessionBufferHasIdentifier(content, 0):
        raise ValueError(f"{path} is not in ONNX Runtime's format")
    graph = InferenceSession.GetRootAs(content, 0).Model().Graph()
    tensors = (graph.Initializers(i) for i in range(graph.InitializersLength()))
    return {
        t.Name().decode(): t.RawDataAsNumpy().view(np.float32).reshape(t.DimsAsNumpy())
        for t in tensors
        if t.DataType() == TensorDataType.FLOAT and t.DimsLength()
    }


def split_positions(total: Array) -> tuple[Array, Array]:
    """``pos_embed`` (1, C, 7, 7) and ``pos_embed_window`` (1, C, 8, 8) out of their sum.

    sam2's Hiera adds the first, scaled bicubically to the feature map, to the second, tiled over
    it. Both are linear, so least squares give them back: 113 unknowns a channel, S * S equations.
    They are determined up to a constant that moves from one to the other, which no sum can see at
    any size (a constant stays a constant when scaled or tiled); the shortest solution is taken.

    Args:
        total: (1, C, S, S), S a multiple of 8.

    Raises:
        ValueError: the array is no such sum.
    """
    channels, side = total.shape[1], total.shape[2]
    unit = torch.eye(_GRID**2, dtype=torch.float64).reshape(-1, 1, _GRID, _GRID)
    scaled = torch.nn.functional.interpolate(unit, (side, side), mode="bicubic")
    tile = torch.eye(_WINDOW**2, dtype=torch.float64).reshape(-1, 1, _WINDOW, _WINDOW)
    tiled = tile.tile(1, 1, side // _WINDOW, side // _WINDOW)
    basis = torch.cat([scaled, tiled]).flatten(1).T
    wanted = torch.from_numpy(total.astype(np.float64)).reshape(channels, -1).T
    # The normal equations are small, well conditioned but for the constant, which pinv leaves out.
    solution = torch.linalg.pinv(basis.T @ basis, rtol=1e-12, hermitian=True) @ (basis.T @ wanted)
    error = float((basis @ solution - wanted).abs().max())
    if error > 1e-5:
        raise ValueError(f"the position embedding is no sum of grid and window (off by {error:g})")
    found = solution.T.to(torch.float32).numpy()
    grid, window = found[:, : _GRID**2], found[:, _GRID**2 :]
    return (
        grid.reshape(1, channels, _GRID, _GRID),
        window.reshape(1, channels, _WINDOW, _WINDOW),
    )


def read_decoder(path: Path) -> dict[str, Array]:
    """Tensors of the decoder file by sam2's names, the nameless ones by the node that reads them.

    Raises:
        ValueError: the graph is another one.
    """
    import onnx

    graph = onnx.load(path).graph
    arrays = {t.name: onnx.numpy_helper.to_array(t) for t in graph.initializer}
    # The exporter's wrapper drops the "sam_" that sam2's base model puts before both modules.
    found = {f"sam_{name}": array for name, array in arrays.items() if _TRAINED.fullmatch(name)}
    for node in graph.node:
        for source in node.input:
            array = arrays.get(source)
            if array is not None and source.startswith("onnx::") and array.dtype == np.float32:
                found.update(_nameless(node.name, array))
    return found


def _nameless(node: str, array: Array) -> dict[str, Array]:
    """What an initialiser without a name is, from the node that reads it.

    Args:
        node: "/transformer/layers.0/self_attn/q_proj/MatMul": the module's path and the operation.
    """
    *parts, operation = node.strip("/").split("/")
    module = ".".join(parts)
    if operation == "MatMul" and module.startswith("transformer."):
        return {f"sam_mask_decoder.{module}.weight": array.T}
    if operation == "Expand_9" and array.shape == (1, 6, 256):
        tokens = array[0]
        return {
            "sam_mask_decoder.obj_score_token.weight": tokens[:1],
            "sam_mask_decoder.iou_token.weight": tokens[1:2],
            "sam_mask_decoder.mask_tokens.weight": tokens[2:],
        }
    if operation == "Mul_15" and array.shape == (1, 256, 1, 1):
        # Read as no_mask_embed * (1 - has_mask_input).
        return {"sam_prompt_encoder.no_mask_embed.weight": array.reshape(1, 256)}
    parameter = {"Mul": "weight", "Add_1": "bias"}.get(operation)
    if parameter is not None and array.size == math.prod(array.shape[:1]):
        # LayerNorm2d, written out by the exporter: (C, 1, 1).
        if parts[0] == "mask_downscaling":
            return {f"sam_prompt_encoder.{parts[-1]}.{parameter}": array.reshape(-1)}
        return {f"sam_mask_decoder.{module}.{parameter}": array.reshape(-1)}
    raise ValueError(f"nothing is known of the tensor {array.shape} that {node} reads")
