"""EdgeTAM's published weights, in the names that transformers gives them.

Two files carry the same weights: the official ``edgetam.pt`` (github.com/facebookresearch/EdgeTAM),
whose tensors are named like SAM 2's, and ``model.safetensors`` of the converted model
(yonigozlan/EdgeTAM-hf). Either is read; every tensor has to find its place. The correspondence of
names is that of transformers' own conversion of EdgeTAM.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import torch

from vostool.errors import ModelError
from vostool.models.edgetam.published import EDGETAM
from vostool.models.weights.checkpoint import does_not_fit, read_weights
from vostool.words import tr

Weights = Mapping[str, torch.Tensor]

_BACKBONE = "image_encoder.trunk.body."
_POINTS = "sam_prompt_encoder.point_embeddings."
_POSITIONS = "sam_prompt_encoder.pe_layer.positional_encoding_gaussian_matrix"
# A head of three layers: transformers names its first and its last.
_HEAD = r"(iou_prediction_head|pred_obj_score_head|output_hypernetworks_mlps\.\d|obj_ptr_proj)"
_RULES = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"^image_encoder\.neck\.convs\.(\d)\.conv\.", r"vision_encoder.neck.convs.\1."),
        (_HEAD + r"\.layers\.0\.", r"\1.proj_in."),
        (_HEAD + r"\.layers\.1\.", r"\1.layers.0."),
        (_HEAD + r"\.layers\.2\.", r"\1.proj_out."),
        (r"^obj_ptr_proj\.", "object_pointer_proj."),
        (r"^no_mem_embed$", "no_memory_embedding"),
        (r"^no_mem_pos_enc$", "no_memory_positional_encoding"),
        (r"^no_obj_ptr$", "no_object_pointer"),
        (r"^maskmem_tpos_enc$", "memory_temporal_positional_encoding"),
        (r"^sam_(prompt_encoder|mask_decoder)\.", r"\1."),
        (r"mask_downscaling\.0\.", "mask_embed.conv1."),
        (r"mask_downscaling\.1\.", "mask_embed.layer_norm1."),
        (r"mask_downscaling\.3\.", "mask_embed.conv2."),
        (r"mask_downscaling\.4\.", "mask_embed.layer_norm2."),
        (r"mask_downscaling\.6\.", "mask_embed.conv3."),
        (r"output_upscaling\.0\.", "upscale_conv1."),
        (r"output_upscaling\.1\.", "upscale_layer_norm."),
        (r"output_upscaling\.3\.", "upscale_conv2."),
        (r"(transformer\.layers\.\d)\.mlp\.layers\.0\.", r"\1.mlp.proj_in."),
        (r"(transformer\.layers\.\d)\.mlp\.layers\.1\.", r"\1.mlp.proj_out."),
        (r"^memory_encoder\.out_proj\.", "memory_encoder.projection."),
        (r"\.pix_feat_proj\.", ".feature_projection."),
        (r"mask_downsampler\.encoder\.12\.", "mask_downsampler.final_conv."),
        (r"\.fuser\.layers\.(\d)\.gamma$", r".memory_fuser.layers.\1.scale"),
        (r"\.fuser\.layers\.(\d)\.dwconv\.", r".memory_fuser.layers.\1.depthwise_conv."),
        (r"\.fuser\.layers\.(\d)\.pwconv(\d)\.", r".memory_fuser.layers.\1.pointwise_conv\2."),
        (r"\.fuser\.layers\.(\d)\.norm\.", r".memory_fuser.layers.\1.layer_norm."),
        (r"^(memory_attention\.layers\.\d)\.linear1\.", r"\1.mlp.up_proj."),
        (r"^(memory_attention\.layers\.\d)\.linear2\.", r"\1.mlp.down_proj."),
        (r"^spatial_perceiver\.latents$", "spatial_perceiver.latents_1d"),
        (r"\.attn\.norm_x\.", ".layer_norm_input."),
        (r"\.attn\.norm_latents\.", ".layer_norm_latents."),
        (r"^(spatial_perceiver\.layers\.\d)\.self_attn\.norm\.", r"\1.layer_norm_self."),
        (r"^(spatial_perceiver\.layers\.\d)\.attn\.", r"\1.cross_attention."),
        (r"^(spatial_perceiver\.layers\.\d)\.self_attn\.", r"\1.self_attention."),
        (r"\.(self_)?ff\.0\.", r".\1mlp.layer_norm."),
        (r"\.(self_)?ff\.1\.", r".\1mlp.up_proj."),
        (r"\.(self_)?ff\.3\.", r".\1mlp.down_proj."),
        (r"\.to_q\.", ".q_proj."),
        (r"\.to_out\.", ".o_proj."),
        (r"\.out_proj\.", ".o_proj."),
        (r"\.norm(\d|_final_attn)?\.", r".layer_norm\1."),
    )
)
_DOWNSAMPLER = re.compile(r"mask_downsampler\.encoder\.(\d+)\.")


def load_edgetam(module: torch.nn.Module, path: Path) -> None:
    """Copy the weights of a file or a folder into transformers' model; every tensor has to fit.

    Args:
        path: ``edgetam.pt``, a ``.safetensors`` file, or a folder with ``model.safetensors``.

    Raises:
        ModelError: missing, damaged, or another model's weights.
    """
    weights = _read(path / "model.safetensors" if path.is_dir() else path)
    if any(name.startswith(_BACKBONE) for name in weights):
        weights = from_official(weights)
    expected = module.state_dict()
    problem = next((f"no tensor {name}" for name in expected if name not in weights), None) or next(
        (
            f"{name} is unknown" if name not in expected else f"{name} has another shape"
            for name, tensor in weights.items()
            if name not in expected or expected[name].shape != tensor.shape
        ),
        None,
    )
    if problem is not None:
        raise does_not_fit(path, EDGETAM, problem)
    module.load_state_dict(dict(weights))


def from_official(weights: Weights) -> dict[str, torch.Tensor]:
    """The tensors of ``edgetam.pt`` under the names of transformers' ``EdgeTamVideoModel``.

    A name that no rule knows stays as it is, to be named as unknown when loaded.
    """
    renamed: dict[str, torch.Tensor] = {}
    for name, tensor in weights.items():
        if name == _POSITIONS:
            renamed["shared_image_embedding.positional_embedding"] = tensor
            renamed["prompt_encoder.shared_embedding.positional_embedding"] = tensor
        elif name.startswith(_BACKBONE):
            backbone = "vision_encoder.backbone.timm_model."
            renamed[backbone + name.removeprefix(_BACKBONE)] = tensor
        elif ".to_kv." in name:
            for part, half in zip("kv", tensor.chunk(2), strict=True):
                renamed[_renamed(name.replace(".to_kv.", f".{part}_proj."))] = half
        elif not name.startswith(_POINTS):
            renamed[_renamed(name)] = tensor
    points = [weights[name] for name in sorted(weights) if name.startswith(_POINTS)]
    if points:
        renamed["prompt_encoder.point_embed.weight"] = torch.cat(points)
    return renamed


def _renamed(name: str) -> str:
    for pattern, replacement in _RULES:
        name = pattern.sub(replacement, name)
    return _DOWNSAMPLER.sub(_downsampler_layer, name)


def _downsampler_layer(match: re.Match[str]) -> str:
    """The official list counts convolution, norm and activation one after the other."""
    layer, part = divmod(int(match.group(1)), 3)
    return f"mask_downsampler.layers.{layer}.{('conv', 'layer_norm', 'activation')[part]}."


def _read(path: Path) -> Weights:
    if path.suffix != ".safetensors":
        return read_weights(path)
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        return load_file(path)
    except FileNotFoundError as error:
        raise ModelError(
            tr("There is no checkpoint {path}; `vostool models` says how to fetch one.", path=path)
        ) from error
    except OSError as error:
        raise ModelError(
            tr(
                "The checkpoint {path} cannot be read ({strerror}).",
                path=path,
                strerror=error.strerror,
            )
        ) from error
    except SafetensorError as error:
        raise ModelError(
            tr(
                "The checkpoint {path} is truncated or no safetensors file; "
                "delete it and fetch it again.",
                path=path,
            )
        ) from error
