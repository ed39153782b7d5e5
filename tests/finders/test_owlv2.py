"""OWLv2 from a folder: the boxes of transformers' pipeline, for phrases and for a picture."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tiny_finders

from vostool.errors import UsageError
from vostool.finders.finder import Candidate, Example, Question, View, Way, last_look
from vostool.finders.registry import create_finder
from vostool.masks.mask import Mask


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, transformers_here: None) -> Path:
    return tiny_finders.owlv2(tmp_path_factory.mktemp("models") / "owlv2")


@pytest.fixture(scope="module")
def finder(folder: Path):
    finder = create_finder("owlv2", "cpu", folder)
    yield finder
    finder.close()


def disc(picture: np.ndarray, frame: int = 0) -> Example:
    shape = np.zeros(picture.shape[:2], np.bool_)
    shape[15:46, 10:41] = True
    return Example(picture, Mask.from_array(shape), frame, "disc")


def corners(candidate: Candidate) -> list[float]:
    return [candidate.box.x0, candidate.box.y0, candidate.box.x1, candidate.box.y1]


def clipped(box: list[float]) -> list[float]:
    return [min(max(v, 0), most) for v, most in zip(box, (90, 60, 90, 60), strict=True)]


def test_the_boxes_of_a_phrase_are_those_of_the_pipeline(finder, folder, picture):
    from PIL import Image
    from transformers import pipeline

    detect = pipeline("zero-shot-object-detection", model=str(folder), device="cpu")
    wanted = detect(Image.fromarray(picture), candidate_labels=["dog"], threshold=0.05)
    found = last_look(finder, View(0, picture), Question(Way.TEXT, ("dog",)))
    scores = [one["score"] for one in wanted]
    inside = [row for row in wanted if _seen(list(row["box"].values()))]
    assert len(found) == len(inside) > 3
    assert [one.score for one in found] == pytest.approx(
        sorted((row["score"] for row in inside), reverse=True), abs=1e-4
    )
    assert scores
    for candidate, row in zip(found, sorted(inside, key=lambda r: -r["score"]), strict=True):
        box = [row["box"][name] for name in ("xmin", "ymin", "xmax", "ymax")]
        assert corners(candidate) == pytest.approx(clipped(box), abs=1.01)  # they cut to integers


def _seen(box: list[float]) -> bool:
    x0, y0, x1, y1 = clipped(box)
    return x1 - x0 >= 1 and y1 - y0 >= 1


def test_each_phrase_is_a_label(finder, picture):
    found = last_look(finder, View(0, picture), Question(Way.TEXT, ("dog", "a red car")))
    assert {one.label for one in found} == {"dog", "a red car"}
    assert all(one.text_score == one.score and one.mask is None for one in found)


def test_a_picture_as_the_question_is_answered_as_by_transformers(finder, folder, picture):
    import torch
    from transformers import Owlv2ForObjectDetection, Owlv2Processor

    other = np.ascontiguousarray(picture[:, ::-1])
    found = last_look(finder, View(3, other), Question(Way.LIKE, examples=(disc(picture),)))
    model = Owlv2ForObjectDetection.from_pretrained(folder)
    processor = Owlv2Processor.from_pretrained(folder)
    query = picture[10:51, 5:46].copy()  # the example with its margin
    inputs = processor(images=other, query_images=query, return_tensors="pt")
    with torch.no_grad():
        outputs = model.image_guided_detection(**inputs)
    (wanted,) = processor.post_process_image_guided_detection(
        outputs, threshold=0.05, nms_threshold=0.3, target_sizes=torch.tensor([[60, 90]])
    )
    seen = [  # not what lies in the padding that makes the picture square
        (score, clipped(box))
        for score, box in zip(wanted["scores"].tolist(), wanted["boxes"].tolist(), strict=True)
        if _seen(box)
    ]
    _, box = max(seen)  # they scale the scores for drawing
    assert corners(found[0]) == pytest.approx(box, abs=1e-2)
    scores = outputs.logits[0].amax(dim=1).sigmoid()
    assert float((scores - found[0].score).abs().min()) < 1e-5
    assert {one.label for one in found} == {"disc"}


def test_several_examples_of_one_label_are_one_question(finder, picture):
    examples = (disc(picture), disc(np.ascontiguousarray(picture[::-1]), 5))
    question = Question(Way.LIKE, examples=examples)
    looks = list(finder.find(View(0, picture), question))
    assert [(look.done, look.total) for look in looks] == [(0, 1), (1, 1)]
    one = last_look(finder, View(0, picture), Question(Way.LIKE, examples=examples[:1]))
    assert looks[-1].candidates[0].score >= one[0].score


def test_a_further_question_looks_at_the_picture_no_second_time(finder, picture):
    bright = np.minimum(picture + 20, 255).astype(np.uint8)
    before = finder.vision.runs
    last_look(finder, View(0, bright), Question(Way.TEXT, ("dog",)))
    last_look(finder, View(0, bright), Question(Way.TEXT, ("car",)))
    assert finder.vision.runs == before + 1


def test_a_phrase_too_long_is_one_sentence(finder, picture):
    with pytest.raises(UsageError, match="too long for OWLv2"):
        last_look(finder, View(0, picture), Question(Way.TEXT, ("a hippopotamus with ears",)))
