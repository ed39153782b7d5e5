"""The models that finders are built on, as they are published on the model hub.

Revisions, sizes and SHA-256 are those that several independent projects pin; where none publishes
a hash it is left out, and what the hub itself lists is compared.
"""

from __future__ import annotations

from dataclasses import replace

from vostool.models.weights.hub import HubModel

GROUNDING_DINO_TINY = HubModel(
    name="grounding-dino-tiny",
    title="Grounding DINO tiny",
    repository="IDEA-Research/grounding-dino-tiny",
    revision="a2bb814dd30d776dcf7e30523b00659f4f141c71",
    kinds=("grounding-dino",),
    licence="Apache-2.0",
    size=689_359_096,
    sha256="1a2412ef99bd74bcd3c2a246fa1e48581f8889a1300c9051974741314fc042f3",
)
GROUNDING_DINO_BASE = HubModel(
    name="grounding-dino-base",
    title="Grounding DINO base",
    repository="IDEA-Research/grounding-dino-base",
    revision="12bdfa3120f3e7ec7b434d90674b3396eccf88eb",
    kinds=("grounding-dino",),
    licence="Apache-2.0",
    size=933_400_872,
    sha256="5548f844c928c4b6f411fa8cbcc2bfa8dbbba437cb1d513975519f93c2a9ed21",
)
MM_GROUNDING_DINO_TINY = HubModel(
    name="mm-grounding-dino-tiny",
    title="MM Grounding DINO tiny",
    repository="openmmlab-community/mm_grounding_dino_tiny_o365v1_goldg_v3det",
    revision="main",
    kinds=("mm-grounding-dino",),
    licence="Apache-2.0",
    size=690_000_000,
)
SAM3 = HubModel(
    name="sam3",
    title="SAM 3",
    repository="facebook/sam3",
    revision="3c879f39826c281e95690f02c7821c4de09afae7",
    kinds=("sam3_video", "sam3"),
    licence="SAM License",
    size=3_440_000_000,
    gated=True,
)
SAM3_VIDEO = replace(SAM3, title="SAM 3, whole video", kinds=("sam3_video",))
"""The same folder, which holds the tracker, too; not so one of the detector alone."""
SAM3_TRACKER = replace(SAM3_VIDEO, title="SAM 3 with its tracker")
"""What the engine reads of that folder."""
SAM3_LITE_TEXT = HubModel(
    name="sam3-litetext",
    title="SAM 3 LiteText",
    repository="yonigozlan/sam3-litetext-s0",
    revision="main",
    kinds=("sam3_lite_text",),
    licence="SAM License",
    size=2_000_000_000,
)
OWLV2 = HubModel(
    name="owlv2",
    title="OWLv2 base",
    repository="google/owlv2-base-patch16-ensemble",
    revision="cfd3195ba4ea9592eec887ded089f4c08eff231d",
    kinds=("owlv2",),
    licence="Apache-2.0",
    size=619_918_824,
    sha256="e1e130b9e404cf91a75ad45644c1da9d7fa5284085eecc864266a6923efb99e7",
)
AST = HubModel(
    name="ast",
    title="AST (AudioSet)",
    repository="MIT/ast-finetuned-audioset-10-10-0.4593",
    revision="f826b80d28226b62986cc218e5cec390b1096902",
    kinds=("audio-spectrogram-transformer",),
    licence="BSD-3-Clause",
    size=346_404_948,
    sha256="ae0c1e2ad4e1381d851fa9bf298ba13ebc9c5a914cdee2dbe427a6583869924d",
)
HUB_MODELS = {
    model.name: model
    for model in (
        GROUNDING_DINO_TINY,
        GROUNDING_DINO_BASE,
        MM_GROUNDING_DINO_TINY,
        SAM3,
        SAM3_LITE_TEXT,
        OWLV2,
        AST,
    )
}
