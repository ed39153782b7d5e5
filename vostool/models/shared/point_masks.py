"""SAM's mask decoder for many clicks or boxes on one picture, computed with less work.

Equal to the official ``MaskDecoder`` but for rounding, because

- attention between a few tokens (7 to 10) and 4096 places of the picture needs no projection of the
  places: ``(x Wq) (t Wk)^T = x (Wq Wk^T t^T)`` and ``softmax (x Wv) Wo = (softmax x) Wv Wo``, so
  the weights go to the tokens, which are few. This halves the multiplications;
- what enlarges the features to masks sees no neighbours, so it runs only where the frame is and not
  on the empty part of the square, and only for the three masks that are wanted.

The published encoder of points and the networks of the tokens stay the official modules.
"""

from __future__ import annotations

import torch
from sam2.modeling.sam.mask_decoder import MaskDecoder
from sam2.modeling.sam.prompt_encoder import PromptEncoder
from sam2.modeling.sam.transformer import Attention
from torch import Tensor
from torch.nn import functional as F

from vostool.models.shared.half_weights import full_bias

MASKS = 3
"""Answers to one click: a part, a larger part, the whole."""


class PointMasks:
    """The decoder over the features of one picture; called under the engine's inference mode.

    Args:
        prompts, decoder: the official ``PromptEncoder`` and ``MaskDecoder``.
        embedding: (1, C, h, w), as the decoder takes it.
        inside: rows and columns of the embedding that hold the picture.
        fine: the finer levels, (1, C / 8, 4h, 4w) and (1, C / 4, 2h, 2w), or nothing.
        positions: what ``prompts.get_dense_pe()`` gives, for who has it already.
        before: what ``prompts`` makes of an earlier mask, (1, C, h, w), or of one for each prompt,
            (n, C, h, w), which then are all asked together; None without.
    """

    def __init__(
        self,
        prompts: PromptEncoder,
        decoder: MaskDecoder,
        embedding: Tensor,
        inside: tuple[int, int],
        fine: tuple[Tensor, ...] = (),
        *,
        positions: Tensor | None = None,
        before: Tensor | None = None,
    ) -> None:
        self._prompts, self._decoder = prompts, decoder
        self._height, self._width = embedding.shape[-2:]
        self._inside = inside
        dense = prompts.no_mask_embed.weight.reshape(1, -1, 1, 1) if before is None else before
        self._places = _flat(embedding.float() + dense)
        self._positions = _flat(prompts.get_dense_pe() if positions is None else positions)
        self._fine = tuple(
            _cells(level.float(), size, *inside) for level, size in zip(fine, (4, 2), strict=False)
        )

    def __call__(self, points: Tensor) -> tuple[Tensor, Tensor]:
        """Masks of clicks.

        Args:
            points: (n, 2) x and y in pixels of the network's input.

        Returns:
            (n, 3, 4 * rows, 4 * columns) logits over the picture, and (n, 3) the intersection over
            union with the truth that the network expects; float32.
        """
        labels = torch.ones(len(points), 1, dtype=torch.int32, device=points.device)
        sparse, _ = self._prompts(points=(points[:, None], labels), boxes=None, masks=None)
        return self.of_prompts(sparse)

    def of_prompts(self, sparse: Tensor) -> tuple[Tensor, Tensor]:
        """Masks of prompts (n, t, C), as the published encoder makes them of points and boxes.

        Returns:
            As for clicks.
        """
        own, fine = self.drawing(sparse)
        quality = self._decoder.iou_prediction_head(own[:, 0])[:, 1:]
        return self._product(own, fine, range(1, 1 + MASKS)).float(), quality.float()

    def every_of_prompts(self, sparse: Tensor) -> tuple[Tensor, Tensor]:
        """As :meth:`of_prompts`, with the lone mask before the three."""
        own, fine = self.drawing(sparse)
        return self.drawn(own, fine), self._decoder.iou_prediction_head(own[:, 0]).float()

    def drawing(self, sparse: Tensor) -> tuple[Tensor, Tensor]:
        """What masks of prompts (n, t, C) are drawn from.

        Returns:
            The decoder's own tokens, (n, 2 + MASKS, C), and finer places, (n, 16 * h * w, C / 8)
            for the part of the features that holds the picture.
        """
        hidden, places = self._transformer(self._tokens(sparse))
        first = int(bool(self._decoder.pred_obj_scores))
        return hidden[:, first : first + 2 + MASKS], self._fine_places(places)

    def drawn(self, own: Tensor, fine: Tensor) -> Tensor:
        """All masks of :meth:`drawing`, the lone one first: (n, 1 + MASKS, 4 * rows, 4 * columns)
        float32 logits."""
        return self._product(own, fine, range(1 + MASKS)).float()

    def all_of_prompts(self, sparse: Tensor) -> Tensor:
        """Both in one."""
        return self.drawn(*self.drawing(sparse))

    def _tokens(self, sparse: Tensor) -> Tensor:
        """(n, t, C): the decoder's own tokens, then those of the prompts."""
        own = [self._decoder.iou_token.weight, self._decoder.mask_tokens.weight]
        if self._decoder.pred_obj_scores:
            own.insert(0, self._decoder.obj_score_token.weight)
        return torch.cat([torch.cat(own).expand(len(sparse), -1, -1), sparse], dim=1)

    def _transformer(self, tokens: Tensor) -> tuple[Tensor, Tensor]:
        """``TwoWayTransformer.forward``: (n, t, C) -> the tokens, and the places (n, h * w, C)."""
        transformer = self._decoder.transformer
        hidden, places, positions = tokens, self._places, self._positions
        for layer in transformer.layers:
            if layer.skip_first_layer_pe:
                hidden = layer.self_attn(q=hidden, k=hidden, v=hidden)
            else:
                asked = hidden + tokens
                hidden = hidden + layer.self_attn(q=asked, k=asked, v=hidden)
            hidden = layer.norm1(hidden)
            # The first layer's places are the same for all clicks, so they have no axis for them.
            keyed = places + positions
            to_image = layer.cross_attn_token_to_image
            hidden = layer.norm2(hidden + _read(to_image, hidden + tokens, keyed, places))
            hidden = layer.norm3(hidden + layer.mlp(hidden))
            to_tokens = layer.cross_attn_image_to_token
            places = layer.norm4(places + _told(to_tokens, keyed, hidden + tokens, hidden))
        last = transformer.final_attn_token_to_image
        hidden = hidden + _read(last, hidden + tokens, places + positions, places)
        return transformer.norm_final_attn(hidden), places

    def _fine_places(self, places: Tensor) -> Tensor:
        """``output_upscaling`` on the picture's places, as products of matrices."""
        count, (rows, columns) = len(places), self._inside
        square = places.reshape(count, self._height, self._width, -1)
        cells = square[:, :rows, :columns].reshape(count, rows * columns, -1)
        first, norm, act, second, last_act = self._decoder.output_upscaling
        x = _spread(first, cells)  # (n, places, 4, C / 4)
        if self._fine:
            x = x + self._fine[1]
        x = act(F.layer_norm(x, x.shape[-1:], norm.weight, norm.bias, norm.eps))
        x = _spread(second, x)  # (n, places, 4, 4, C / 8)
        if self._fine:
            x = x + self._fine[0]
        fine: Tensor = last_act(x).reshape(count, -1, x.shape[-1])
        return fine

    def weights(self, own: Tensor, which: range = range(1 + MASKS)) -> Tensor:
        """What each mask is of the finer places, (n, masks, C / 8)."""
        nets = self._decoder.output_hypernetworks_mlps
        return torch.stack([nets[i](own[:, 1 + i]) for i in which], dim=1)

    def by_place(self, picture: Tensor) -> Tensor:
        """What a mask (4 * rows, 4 * columns) has at the finer places, in their order."""
        rows, columns = self._inside
        x = picture.reshape(rows, 2, 2, columns, 2, 2).permute(0, 3, 1, 4, 2, 5)
        return x.reshape(-1)

    def _product(self, own: Tensor, fine: Tensor, which: range) -> Tensor:
        """The masks of these tokens."""
        count, (rows, columns), masks = len(own), self._inside, len(which)
        x = fine @ self.weights(own, which).transpose(1, 2)
        x = x.reshape(count, rows, columns, 2, 2, 2, 2, masks)
        x = x.permute(0, 7, 1, 3, 5, 2, 4, 6)
        logits: Tensor = x.reshape(count, masks, 4 * rows, 4 * columns)
        return logits


def _read(attention: Attention, asked: Tensor, keyed: Tensor, places: Tensor) -> Tensor:
    """Tokens (n, t, C) attend to places, (p, C) or (n, p, C), that ``keyed`` has with positions."""
    count, number, _ = asked.shape
    heads = attention.num_heads
    key = _by_head(attention.k_proj, heads)
    query = _headed(attention.q_proj(asked), heads) * key.shape[1] ** -0.5
    # What the keys' bias adds is the same for all places, so it falls out of the softmax.
    through = (query @ key).reshape(count, heads * number, -1)
    scores = through @ keyed.transpose(-1, -2)
    mixed = scores.softmax(-1).to(places.dtype) @ places
    value = _by_head(attention.v_proj, heads).transpose(1, 2)
    bias = full_bias(attention.v_proj).reshape(heads, 1, -1)
    out = mixed.reshape(count, heads, number, -1) @ value + bias
    result: Tensor = attention.out_proj(out.transpose(1, 2).reshape(count, number, -1))
    return result


def _told(attention: Attention, keyed: Tensor, keys: Tensor, values: Tensor) -> Tensor:
    """Places as in :func:`_read` attend to tokens (n, t, C): what is added to each, (n, p, C)."""
    count, number, _ = keys.shape
    heads = attention.num_heads
    query = _by_head(attention.q_proj, heads)
    key = _headed(attention.k_proj(keys), heads) * query.shape[1] ** -0.5
    through = (key @ query).reshape(count, heads * number, -1)
    bias = (key @ attention.q_proj.bias.reshape(heads, -1, 1)).reshape(count, heads * number, 1)
    scores = through @ keyed.transpose(-1, -2) + bias
    # Places last: a softmax over seven numbers that lie side by side takes ten times as long.
    share = scores.reshape(count, heads, number, -1).softmax(2).to(keyed.dtype)
    value = _headed(attention.v_proj(values), heads) @ _by_head_out(attention.out_proj, heads)
    told: Tensor = share.reshape(count, heads * number, -1).transpose(1, 2) @ value.flatten(1, 2)
    return told + full_bias(attention.out_proj)


def _headed(x: Tensor, heads: int) -> Tensor:
    """(n, t, heads * d) -> (n, heads, t, d)."""
    return x.reshape(*x.shape[:2], heads, -1).transpose(1, 2)


def _by_head(linear: torch.nn.Linear, heads: int) -> Tensor:
    """The weight (heads * d, C) as (heads, d, C)."""
    weight: Tensor = linear.weight
    return weight.reshape(heads, -1, weight.shape[1])


def _by_head_out(linear: torch.nn.Linear, heads: int) -> Tensor:
    """The weight (C, heads * d) as (heads, d, C)."""
    weight: Tensor = linear.weight
    return weight.t().reshape(heads, -1, weight.shape[0])


def _spread(convolution: torch.nn.ConvTranspose2d, x: Tensor) -> Tensor:
    """A transposed convolution of kernel and stride 2 on (..., C): (..., 4, D), row by row."""
    weight = convolution.weight.permute(0, 2, 3, 1).reshape(convolution.weight.shape[0], -1)
    assert convolution.bias is not None
    bias = convolution.bias.repeat(4)
    return F.linear(x, weight.t(), bias).reshape(*x.shape[:-1], 4, -1)


def _flat(x: Tensor) -> Tensor:
    """(1, C, h, w) -> (h * w, C), and several to (n, h * w, C)."""
    flat = x.flatten(2).transpose(1, 2).contiguous()
    return flat[0] if len(flat) == 1 else flat


def _cells(level: Tensor, size: int, rows: int, columns: int) -> Tensor:
    """A finer level (1, C, size * h, size * w) in the order that :func:`_spread` gives it."""
    inside = level[0, :, : size * rows, : size * columns]
    channels = inside.shape[0]
    if size == 2:
        x = inside.reshape(channels, rows, 2, columns, 2).permute(1, 3, 2, 4, 0)
        return x.reshape(1, rows * columns, 4, channels)
    x = inside.reshape(channels, rows, 2, 2, columns, 2, 2).permute(1, 4, 2, 5, 3, 6, 0)
    return x.reshape(1, rows * columns, 4, 4, channels)
