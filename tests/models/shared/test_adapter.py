"""An adapter learns its object's frames, touches no other object, and needs no decoder of its own."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from sam2.modeling.sam.mask_decoder import MaskDecoder
from sam2.modeling.sam.prompt_encoder import PromptEncoder
from sam2.modeling.sam.transformer import TwoWayTransformer

from vostool.models.engine import Keyframe, LearnRequest
from vostool.models.shared.adapter import Adapter, adapted, fingerprint, linear_layers
from vostool.models.shared.adapter_fit import (
    MOST_FRAMES,
    Example,
    Recipe,
    fit,
    fit_guarded,
    loss_on,
    taught,
)
from vostool.models.shared.point_masks import PointMasks

CHANNELS, SIDE = 32, 8


def a_decoder(seed: int, kind: str) -> MaskDecoder:
    """A small one, as MobileSAM has it or with what SAM 2 adds."""
    torch.manual_seed(seed)
    transformer = TwoWayTransformer(depth=2, embedding_dim=CHANNELS, num_heads=4, mlp_dim=64)
    more = {} if kind == "mobile-sam" else {
        "use_high_res_features": True, "iou_prediction_use_sigmoid": True,
        "pred_obj_scores": True, "pred_obj_scores_mlp": True,
        "use_multimask_token_for_obj_ptr": True,
    }  # fmt: skip
    made = MaskDecoder(transformer_dim=CHANNELS, transformer=transformer, **more)
    return made.eval().requires_grad_(False)


@pytest.fixture(params=["mobile-sam", "sam2"])
def decoder(request) -> MaskDecoder:
    return a_decoder(3, request.param)


def an_example(decoder: MaskDecoder, seed: int, *, left: bool = True) -> Example:
    """Features that say where the object is, in a channel of their own."""
    torch.manual_seed(7)
    encoder = PromptEncoder(CHANNELS, (SIDE, SIDE), (SIDE * 16, SIDE * 16), 16)
    encoder.requires_grad_(False)
    random = torch.Generator().manual_seed(seed)
    features = torch.randn(1, CHANNELS, SIDE, SIDE, generator=random) * 0.3
    truth = torch.zeros(4 * SIDE, 4 * SIDE)
    begin = int(torch.randint(0, 8, (1,), generator=random)) + (0 if left else 14)
    truth[8:24, begin : begin + 10] = 1
    features[0, 0] += torch.nn.functional.avg_pool2d(truth[None, None], 4)[0, 0] * 4
    fine = ()
    if decoder.use_high_res_features:
        fine = tuple(
            torch.randn(1, CHANNELS // part, size, size, generator=random)
            for part, size in ((8, 4 * SIDE), (4, 2 * SIDE))
        )
    place = torch.tensor([[[begin * 4.0 + 20, 64.0]]])
    sparse, _ = encoder(points=(place, torch.ones(1, 1)), boxes=None, masks=None)

    def masks(of: MaskDecoder) -> PointMasks:
        return PointMasks(encoder, of, features, (SIDE, SIDE), fine)

    return Example(masks, (sparse,), truth)


def answers(decoder: MaskDecoder, example: Example) -> torch.Tensor:
    with torch.inference_mode():
        return example.masks(decoder).all_of_prompts(example.sparse[0])


@pytest.mark.parametrize("whole", [False, True])
def test_what_was_taught_is_answered_better_and_the_decoder_stays_as_it_is(decoder, whole):
    examples = [an_example(decoder, seed) for seed in range(3)]
    before, weights = loss_on(decoder, examples), fingerprint(decoder)
    told = answers(decoder, examples[0])
    learned = fit(decoder, examples, recipe=Recipe(steps=40, rate=0.01, whole=whole))
    assert learned is not None
    assert loss_on(adapted(decoder, learned), examples) < 0.8 * before
    assert torch.equal(answers(decoder, examples[0]), told)
    assert fingerprint(decoder) == weights
    assert all(type(layer) is torch.nn.Linear for layer in linear_layers(decoder).values())


def test_objects_decoded_side_by_side_know_nothing_of_each_other(decoder):
    one, two = an_example(decoder, 1), an_example(decoder, 2, left=False)
    recipe = Recipe(steps=5, rate=0.01)
    first, second = fit(decoder, [one], recipe=recipe), fit(decoder, [two], recipe=recipe)
    assert first is not None and second is not None
    alone = answers(adapted(decoder, first), one)
    plain = answers(decoder, one)
    beside = adapted(decoder, first), adapted(decoder, second)
    answers(beside[1], two)
    assert torch.equal(answers(beside[0], one), alone)
    assert torch.equal(answers(decoder, one), plain)
    assert not torch.equal(alone, plain)
    shared = {id(weight) for weight in decoder.parameters()}
    assert sum(id(weight) in shared for weight in beside[0].parameters()) > 50


def test_an_adapter_is_kept_as_some_kilobytes_and_is_the_same_again(decoder):
    example = an_example(decoder, 1)
    learned = fit(decoder, [example], recipe=Recipe(steps=5, rate=0.01))
    assert learned is not None
    stored = learned.to_bytes()
    assert len(stored) < 40_000
    again = adapted(decoder, Adapter.from_bytes(stored))
    torch.testing.assert_close(
        answers(again, example), answers(adapted(decoder, learned), example), atol=0.02, rtol=0.01
    )


def test_the_same_frames_teach_the_same(decoder):
    example = an_example(decoder, 1)
    once, twice = (fit(decoder, [example], recipe=Recipe(steps=3)) for _ in range(2))
    assert once is not None and twice is not None
    assert once.to_bytes() == twice.to_bytes()


def test_what_is_no_adapter_of_this_decoder_is_refused(decoder):
    learned = fit(decoder, [an_example(decoder, 1)], recipe=Recipe(steps=1))
    assert learned is not None
    name = next(iter(learned.added))
    up, down = learned.added[name]
    for added in ({"nowhere": (up, down)}, {name: (up[:-1], down)}, {name: (up, down[:-1])}):
        with pytest.raises(ValueError, match="another decoder"):
            adapted(decoder, Adapter(added))
    for data in (b"", b"PK\x03\x04 something else", learned.to_bytes()[:-30]):
        with pytest.raises(ValueError, match="no adapter"):
            Adapter.from_bytes(data)


def test_a_click_stops_learning_between_two_steps(decoder):
    asked = iter([False] * 6 + [True] * 1000)
    stopped = fit(decoder, [an_example(decoder, 1)], lambda: next(asked), Recipe(steps=50))
    assert stopped is None
    assert next(asked) is True


def test_what_helps_no_frame_left_out_is_thrown_away(decoder):
    recipe = Recipe(steps=30, rate=0.01)
    alike = [an_example(decoder, seed) for seed in range(3)]
    assert fit_guarded(decoder, alike, recipe=recipe) is not None
    wrong = [Example(each.masks, each.sparse, 1 - each.truth) for each in alike[:1]]
    assert fit_guarded(decoder, [*wrong, alike[1]], recipe=Recipe(steps=60, rate=0.03)) is None
    assert fit_guarded(decoder, alike[:1], recipe=recipe) is None, "nothing can be left out"


def test_of_many_frames_some_are_taught_spread_evenly():
    keys = tuple(Keyframe(frame, 1) for frame in range(100))
    frames = [key.frame for key in taught(LearnRequest(1, keys))]
    assert len(frames) == MOST_FRAMES and frames[0] == 0 and frames[-1] == 99
    assert np.ptp(np.diff(frames)) <= 1
    assert taught(LearnRequest(1, keys[:2])) == list(keys[:2])
