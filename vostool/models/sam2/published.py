"""The SAM 2 models that Meta published, with the addresses of their weights. Imports no torch.

Addresses, configs and file names are those of the official repository
(github.com/facebookresearch/sam2). It publishes no hashes: sizes and SHA-256 are the ones that
independent projects which verify these downloads agree on: micro-sam (all eight hashes), the
3D Slicer SAM 2 extensions (the four of 2.0) and an asset manifest of each 2.1 file that names the
official address beside hash and size.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from vostool.models.weights.catalog import ModelSpec

_OFFICIAL = "https://dl.fbaipublicfiles.com/segment_anything_2"
_SIZES = (
    # size, letter of the config, first-stage channels, blocks
    ("tiny", "t", 96, 12),
    ("small", "s", 96, 16),
    ("base_plus", "b+", 112, 24),
    ("large", "l", 144, 48),
)
_VERSIONS = (("2.1", "sam2.1", "092824"), ("2.0", "sam2", "072824"))
_FILES = {
    "sam2.1-tiny": (
        156008466,
        "7402e0d864fa82708a20fbd15bc84245c2f26dff0eb43a4b5b93452deb34be69",
    ),
    "sam2.1-small": (
        184416285,
        "6d1aa6f30de5c92224f8172114de081d104bbd23dd9dc5c58996f0cad5dc4d38",
    ),
    "sam2.1-base_plus": (
        323606802,
        "a2345aede8715ab1d5d31b4a509fb160c5a4af1970f199d9054ccfb746c004c5",
    ),
    "sam2.1-large": (
        898083611,
        "2647878d5dfa5098f2f8649825738a9345572bae2d4350a2468587ece47dd318",
    ),
    "sam2-tiny": (
        155906050,
        "65b50056e05bcb13694174f51bb6da89c894b57b75ccdf0ba6352c597c5d1125",
    ),
    "sam2-small": (
        184309650,
        "95949964d4e548409021d47b22712d5f1abf2564cc0c3c765ba599a24ac7dce3",
    ),
    "sam2-base_plus": (
        323493298,
        "d0bb7f236400a49669ffdd1be617959a8b1d1065081789d7bbff88eded3a8071",
    ),
    "sam2-large": (
        897952466,
        "7442e4e9b732a508f80e141e7c2913437a3610ee0c77381a66658c3a445df87b",
    ),
}


def _specs() -> dict[str, ModelSpec]:
    specs = {}
    for version, stem, date in _VERSIONS:
        for size_name, letter, embed_dim, blocks in _SIZES:
            name = f"{stem}-{size_name}"
            size, sha256 = _FILES[name]
            file_name = f"{stem}_hiera_{size_name}.pt"
            specs[name] = ModelSpec(
                name=name,
                title=f"SAM {version} {size_name}".replace("_plus", "+"),
                config=f"configs/{stem}/{stem}_hiera_{letter}.yaml",
                url=f"{_OFFICIAL}/{date}/{file_name}",
                file_name=file_name,
                size=size,
                sha256=sha256,
                embed_dim=embed_dim,
                blocks=blocks,
                version=version,
            )
    return specs


MODELS: Mapping[str, ModelSpec] = MappingProxyType(_specs())
"""Every published SAM 2 model by name, 2.1 first and smaller before larger."""
