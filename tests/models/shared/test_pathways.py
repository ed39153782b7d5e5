"""SAM2Long's choice among the candidates of three pathways, from scripted scores."""

from __future__ import annotations

import math

import pytest

from vostool.models.shared.modulation import ranked_weights
from vostool.models.shared.pathways import candidates, going_on

SEEN, UNSURE, GONE = 5.0, 1.5, -5.0


def chosen(scores, qualities, presences) -> list[tuple[int, int]]:
    return [
        (each.path, each.place)
        for each in going_on(candidates(scores, qualities, presences), presences)
    ]


def test_scores_are_sums_of_logarithms():
    (one, *_) = candidates([-0.5], [[0.8, 0.1, 0.2]], [SEEN])
    assert one.score == pytest.approx(-0.5 + math.log(0.8 + 1e-5))


def test_the_best_three_of_nine_go_on_the_best_first():
    qualities = [[0.9, 0.8, 0.1], [0.7, 0.2, 0.1], [0.85, 0.1, 0.1]]
    assert chosen([0, 0, 0], qualities, [SEEN] * 3) == [(0, 0), (2, 0), (0, 1)]


def test_what_was_before_counts():
    qualities = [[0.9, 0.1, 0.1], [0.8, 0.1, 0.1], [0.7, 0.1, 0.1]]
    assert chosen([-2.0, -0.1, 0.0], qualities, [SEEN] * 3) == [(1, 0), (2, 0), (0, 0)]


def test_one_pathway_may_take_all_where_the_network_is_sure():
    qualities = [[0.9, 0.89, 0.88], [0.5, 0.4, 0.3], [0.5, 0.4, 0.3]]
    assert chosen([0, 0, 0], qualities, [SEEN] * 3) == [(0, 0), (0, 1), (0, 2)]


def test_equal_pathways_stay_equal_where_the_network_is_sure():
    assert chosen([0, 0, 0], [[0.9, 0.8, 0.7]] * 3, [SEEN] * 3) == [(0, 0), (1, 0), (2, 0)]


def test_equal_pathways_part_where_it_is_not():
    assert chosen([0, 0, 0], [[0.9, 0.8, 0.7]] * 3, [UNSURE] * 3) == [(0, 0), (0, 1), (0, 2)]


def test_a_bound_of_two_on_the_size_of_the_logits():
    same = [[0.9, 0.8, 0.7]] * 3
    assert chosen([0, 0, 0], same, [2.0] * 3) == [(0, 0), (0, 1), (0, 2)]
    assert chosen([0, 0, 0], same, [1.0, -2.01, 0.5]) == [(0, 0), (1, 0), (2, 0)]


def test_there_and_gone_are_different_things_to_say():
    qualities = [[0.9, 0.1, 0.1], [0.9, 0.1, 0.1], [0.5, 0.1, 0.1]]
    assert chosen([0, 0, 0], qualities, [1.0, -1.0, 1.0]) == [(0, 0), (1, 0), (2, 0)]


def test_where_most_masks_are_alike_each_pathway_gives_its_best():
    assert chosen([0, -1, -2], [[0.9] * 3] * 3, [UNSURE] * 3) == [(0, 0), (1, 0), (2, 0)]


def test_a_quality_of_nothing_has_a_score():
    assert candidates([0.0], [[-0.2, 0.0, 0.5]], [GONE])[0].score == pytest.approx(math.log(1e-5))


def test_keys_are_weighed_by_rank():
    assert ranked_weights([3.0, -1.0, 10.0]) == pytest.approx((1.0, 0.95, 1.05))
    assert ranked_weights([1.0, 1.0]) == pytest.approx((0.95, 1.05))
