"""SAM 2's memory attention, computed with less work.

Memories have 64 channels and their values are ``m Wv + b``. Rows of a softmax sum to one, so
``softmax(QK) (m Wv + b) = (softmax(QK) m) Wv + b``: the product over all memory tokens needs 64
channels in place of 256, 38 % of the attention's multiplications less with the same result but for
rounding. PyTorch's fused attention wants equally wide keys and values, so it is done by matrix
products here, for as many queries at a time as keep the scores small.

Pooled memories ("fast", not exact) follow EfficientTAM (arXiv 2411.18933): keys and values of 2x2
neighbours are averaged, and ``log 4`` is added to their scores because each stands for four. The
average key gives the average score of the four, so this is right to first order where the four
scores differ little. Latest memory and object pointers are kept whole.

Everything is put into one predictor's own modules; the sam2 package stays as it is.
"""

from __future__ import annotations

import math
from functools import partial

import torch
from sam2.modeling.sam.transformer import RoPEAttention
from sam2.sam2_video_predictor import SAM2VideoPredictor
from torch import Tensor
from torch.nn import functional as F

QUERY_CHUNK = 256
POOL = 2
WHOLE_MEMORIES = 1


def accelerate(predictor: SAM2VideoPredictor, *, pooled: bool) -> None:
    """Replace the cross attention to memories by an equal one, or with ``pooled`` a similar one.

    The fused attention of a GPU is faster than chunks, so an exact predictor keeps it there.

    Args:
        predictor: a `SAM2VideoPredictor` in eval mode on its device; changed in place.
    """
    on_cpu = predictor.device.type == "cpu"
    if on_cpu or pooled:
        for layer in predictor.memory_attention.layers:
            cross = layer.cross_attn_image
            cross.forward = partial(_cross_attention, cross, pooled=pooled)


def _cross_attention(
    module: RoPEAttention,
    q: Tensor,
    k: Tensor,
    v: Tensor,
    num_k_exclude_rope: int = 0,
    *,
    pooled: bool,
) -> Tensor:
    """`RoPEAttention.forward` with one head: (B, N, 256), (B, M, 64), (B, M, 64) -> (B, N, 256).

    The first ``M - num_k_exclude_rope`` tokens are memories of ``N`` tokens each, oldest first.
    """
    assert module.num_heads == 1
    queries = module.q_proj(q)
    keys = module.k_proj(k)
    count = queries.shape[1]
    rotation = _rotation(module, count, queries.device)
    spatial = keys.shape[1] - num_k_exclude_rope
    queries = _rotated(queries, rotation)
    if spatial:
        keys = torch.cat([_rotated(keys[:, :spatial], rotation), keys[:, spatial:]], dim=1)
    bias = None
    if pooled:
        keys, v, bias = _pool(keys, v, spatial, count)
    scale = 1 / math.sqrt(queries.shape[-1])
    mixed = [
        _attend(queries[n] * scale, keys[n], v[n], bias) for n in range(queries.shape[0])
    ]  # one object after the other: their scores together would not stay in the cache
    values = module.v_proj
    result: Tensor = module.out_proj(F.linear(torch.stack(mixed), values.weight, values.bias))
    return result


def _rotation(module: RoPEAttention, count: int, device: torch.device) -> Tensor:
    """The official rotations by position, (count, 128) complex; made again for another size."""
    if module.freqs_cis.shape[0] != count:
        side = math.isqrt(count)
        module.freqs_cis = module.compute_cis(end_x=side, end_y=side)
    module.freqs_cis = module.freqs_cis.to(device)
    rotation: Tensor = module.freqs_cis
    return rotation


def _rotated(tokens: Tensor, rotation: Tensor) -> Tensor:
    """(B, R * N, C) -> the same, each group of N turned by (N, C / 2) rotations."""
    batch, length, channels = tokens.shape
    groups = tokens.float().reshape(batch, -1, rotation.shape[0], channels // 2, 2)
    turned = torch.view_as_real(torch.view_as_complex(groups) * rotation)
    return turned.reshape(batch, length, channels).to(tokens.dtype)


def _pool(
    keys: Tensor, values: Tensor, spatial: int, count: int
) -> tuple[Tensor, Tensor, Tensor | None]:
    """(keys, values, what to add to the scores) with all but the latest memories averaged."""
    coarse = max(spatial - WHOLE_MEMORIES * count, 0)
    side = math.isqrt(count)
    if not coarse or side % POOL:
        return keys, values, None
    bias = keys.new_zeros(keys.shape[1] - coarse + coarse // POOL**2)
    bias[: coarse // POOL**2] = math.log(POOL**2)
    pooled = (
        torch.cat([_averaged(tokens[:, :coarse], side), tokens[:, coarse:]], dim=1)
        for tokens in (keys, values)
    )
    return next(pooled), next(pooled), bias


def _averaged(tokens: Tensor, side: int) -> Tensor:
    """(B, R * side * side, C) -> (B, R * side * side / 4, C)."""
    batch, _, channels = tokens.shape
    cells = tokens.reshape(batch, -1, side // POOL, POOL, side // POOL, POOL, channels)
    return cells.mean(dim=(3, 5)).reshape(batch, -1, channels)


def _attend(queries: Tensor, keys: Tensor, values: Tensor, bias: Tensor | None) -> Tensor:
    """``softmax(queries keys^T + bias) values``: (N, C), (M, C), (M, D), (M,) -> (N, D)."""
    dtype = queries.dtype
    turned = keys.to(dtype).t()
    values = values.to(dtype)
    if queries.device.type != "cpu":
        return _scores(queries, turned, bias).softmax(-1).to(dtype) @ values
    mixed = torch.empty(queries.shape[0], values.shape[1], dtype=dtype)
    for start in range(0, queries.shape[0], QUERY_CHUNK):
        chunk = queries[start : start + QUERY_CHUNK]
        mixed[start : start + QUERY_CHUNK] = (
            _scores(chunk, turned, bias).softmax(-1).to(dtype) @ values
        )
    return mixed


def _scores(queries: Tensor, turned_keys: Tensor, bias: Tensor | None) -> Tensor:
    if bias is None:
        return queries @ turned_keys
    return torch.addmm(bias.to(queries.dtype), queries, turned_keys)
