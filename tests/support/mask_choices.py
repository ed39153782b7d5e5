"""What holds for every engine that has three masks for a lone click."""

from __future__ import annotations

from dataclasses import replace

from vostool.models.engine import Direction, Engine, Keyframe, SegmentRequest, TrackRequest
from vostool.project.prompts import CHOICES, Point, Prompts


def check_choices(engine: Engine, frame: int, click: Prompts, box: Prompts) -> None:
    """Masks by size, the best one without a choice, kept by further clicks and by runs."""
    assert engine.info.chooses

    def ask(prompts: Prompts):
        return engine.segment(SegmentRequest(frame, 1, prompts))

    best = ask(click)
    chosen = [ask(replace(click, choice=choice)) for choice in range(CHOICES)]
    assert [reply.choice for reply in chosen] == [0, 1, 2]
    areas = [reply.mask.area for reply in chosen]
    # They are ordered on the decoder's coarse masks, where random weights leave near ties.
    assert areas[0] == min(areas) < max(areas) and areas[2] > 0.9 * areas[1]
    assert best.choice is not None and best.mask == chosen[best.choice].mask
    assert ask(click) == best, "a choice leaves nothing behind"
    first = click.points[0]
    more = (first, Point(first.x + 9, first.y + 7, positive=False))
    refined = [ask(replace(click, points=more, choice=choice)) for choice in (0, 2)]
    assert [reply.choice for reply in refined] == [0, 2]
    assert ask(replace(box, choice=1)) == ask(box), "a box has no choice"
    assert ask(box).choice is None
    for choice in (0, 2):
        key = Keyframe(frame, 1, replace(click, choice=choice))
        request = TrackRequest((key,), Direction.FORWARD, frame, frame, frame + 1)
        steps = list(engine.track(request, lambda: False))
        assert steps[0].replies[1].mask == chosen[choice].mask, "a run begins with the choice"
