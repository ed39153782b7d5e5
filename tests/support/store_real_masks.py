"""Make ``tests/models/sam2/real_masks.json`` again: the masks of the ONNX run for every click case.

    make real-weights && .venv/bin/python tests/support/store_real_masks.py

Only needed when cases are added; the frames are decoded by PyAV here, not by the program.
"""

from __future__ import annotations

from collections import defaultdict

import av
import numpy as np
from click_cases import CASES, Case, clip_path, write_masks
from fetch_real_weights import FOLDER
from numpy.typing import NDArray
from sam2_onnx_run import OnnxSam2, prepare

from vostool.masks.mask import Mask


def decode(clip: str, wanted: int) -> NDArray[np.uint8]:
    """Frame ``wanted`` of a clip, (H, W, 3) RGB, counted in presentation order."""
    with av.open(str(clip_path(clip))) as container:
        for number, frame in enumerate(container.decode(video=0)):
            if number == wanted:
                return np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)
    raise ValueError(f"{clip} has no frame {wanted}")


def main() -> None:
    model = OnnxSam2(FOLDER)
    by_frame: dict[tuple[str, int], list[Case]] = defaultdict(list)
    for case in CASES:
        by_frame[case.clip, case.frame].append(case)
    masks: dict[str, Mask] = {}
    for (clip, number), cases in by_frame.items():
        picture = decode(clip, number)
        features = model.encode(prepare(picture))
        for case in cases:
            answer = model.answer(features, case.full_prompts(masks), *picture.shape[:2])
            masks[case.name] = Mask.from_array(answer.mask)
            print(f"{case.name}: {masks[case.name].area} pixels, quality {answer.quality:.2f}")
    write_masks(masks)


if __name__ == "__main__":
    main()
