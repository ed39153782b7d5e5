"""EdgeTAM's published weights. Imports no torch."""

from __future__ import annotations

from vostool.models.weights.catalog import ModelSpec

EDGETAM = ModelSpec(
    name="edgetam",
    title="EdgeTAM",
    # The commit that independent projects pin, with the size and the hash that they publish.
    url="https://github.com/facebookresearch/EdgeTAM/raw/"
    "7711e012a30a2402c4eaab637bdb00a521302c91/checkpoints/edgetam.pt",
    file_name="edgetam.pt",
    size=56116523,
    sha256="ed2d4850b8792c239689b043c47046ec239b6e808a3d9b6ae676c803fd8780df",
)
"""EdgeTAM, which runs through transformers and not through the sam2 package."""
