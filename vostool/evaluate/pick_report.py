"""What each pick reaches with as many corrections, and how much of the gap the queue closes.

The area is that under J&F over the corrections, from the first (the same for every pick) to the
last of the budget: engine time, which the benchmark's area is of, says nothing about the choice of
frames. It is given once over corrections, and once over all frames looked at, since a look at a
frame that is right costs a person time as well.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from vostool.evaluate.interactive import Budget, Session
from vostool.evaluate.interactive_report import TARGETS, interactions_to, session_json
from vostool.evaluate.pick_comparison import Compared
from vostool.evaluate.report import Json, aligned

LEAST_GAP = 0.005
"""Where the truly worst frames bring less than this over spread ones, no share is told."""
Value = Callable[[Session], float]


def area(session: Session, budget: Budget) -> float:
    """Mean J&F over the corrections, by trapezoids; what was not reached is as the last one."""
    return _area([(n, r.jf) for n, r in enumerate(session.rounds, 1)], budget)


def area_with_looks(session: Session, budget: Budget) -> float:
    """The same over corrections and looks, as many together as the budget has rounds."""
    return _area([(n + r.looks, r.jf) for n, r in enumerate(session.rounds, 1)], budget)


def corrections_to(session: Session, target: float, budget: Budget) -> int:
    """Corrections until J&F reaches the target; all of the budget where it never did."""
    return interactions_to(session, target) or budget.rounds


def gap_closed(areas: dict[str, float]) -> float:
    """The share of the way from ``uniform`` to ``worst`` that ``queue`` goes; nan where one of
    them is missing, or where there is no way to speak of.
    """
    if not {"queue", "uniform", "worst"} <= areas.keys():
        return math.nan
    gap = areas["worst"] - areas["uniform"]
    return (areas["queue"] - areas["uniform"]) / gap if gap >= LEAST_GAP else math.nan


def pick_table(compared: Sequence[Compared], budget: Budget) -> list[str]:
    """A row for each sequence and pick, and their means."""
    heads = [f"NoC@{round(100 * target)}" for target in TARGETS]
    rows = [("sequence", "objects", "pick", "rounds", "looks", "J&F", *heads, "AUC", "with looks",
             "gap closed")]  # fmt: skip
    for one in compared:
        rows += _rows(one.name, str(one.objects), [one], budget)
    if len(compared) > 1:
        for title, group in groups(compared):
            rows += _rows(title, "", group, budget)
    return aligned(rows)


def groups(compared: Sequence[Compared]) -> list[tuple[str, list[Compared]]]:
    """All sequences, and those with one and with several objects where there are both."""
    one = [c for c in compared if c.objects == 1]
    several = [c for c in compared if c.objects > 1]
    found = [("all", list(compared))]
    return found + ([("one object", one), ("several objects", several)] if one and several else [])


def pick_summary(compared: Sequence[Compared], budget: Budget) -> Json:
    """The same as JSON, with every round."""
    return {
        "means": [
            {"of": title, "sequences": len(group), **_means_json(group, budget)}
            for title, group in groups(compared)
        ],
        "sequences": [
            {
                "name": one.name,
                "objects": one.objects,
                **_means_json([one], budget),
                "sessions": {n: [session_json(s) for s in ss] for n, ss in one.sessions.items()},
            }
            for one in compared
        ],
    }


def _area(points: Sequence[tuple[int, float]], budget: Budget) -> float:
    """Points: number of the act, J&F from it on."""
    heights = [
        next((jf for at, jf in reversed(points) if at <= number), 0.0)
        for number in range(1, budget.rounds + 1)
    ]
    if len(heights) == 1:
        return heights[0]
    return float(np.trapezoid(heights) / (len(heights) - 1))


def _mean(compared: Sequence[Compared], pick: str, value: Value) -> float:
    """Over seeds, then over sequences."""
    each = [np.mean([value(session) for session in one.sessions[pick]]) for one in compared]
    return float(np.mean(each))


def _areas(compared: Sequence[Compared], budget: Budget) -> dict[str, float]:
    return {pick: _mean(compared, pick, lambda s: area(s, budget)) for pick in compared[0].sessions}


def _reached(compared: Sequence[Compared], pick: str, target: float) -> int:
    """Sequences that reach the target, of ``random`` with every seed."""
    return sum(
        all(interactions_to(s, target) is not None for s in one.sessions[pick]) for one in compared
    )


def _rows(
    title: str, objects: str, compared: Sequence[Compared], budget: Budget
) -> list[tuple[str, ...]]:
    areas = _areas(compared, budget)
    rows = []
    for number, pick in enumerate(areas):
        counts = [_count(compared, pick, target, budget) for target in TARGETS]
        share = gap_closed(areas) if pick == "queue" else math.nan
        rows.append(
            (
                "" if number else title,
                "" if number else objects,
                pick,
                f"{_mean(compared, pick, lambda s: len(s.rounds)):.1f}",
                f"{_mean(compared, pick, lambda s: s.looks):.1f}",
                f"{_mean(compared, pick, _last):.3f}",
                *counts,
                f"{areas[pick]:.3f}",
                f"{_mean(compared, pick, lambda s: area_with_looks(s, budget)):.3f}",
                "" if math.isnan(share) else f"{share:.0%}",
            )
        )
    return rows


def _count(compared: Sequence[Compared], pick: str, target: float, budget: Budget) -> str:
    if len(compared) == 1 and not _reached(compared, pick, target):
        return f">{budget.rounds}"
    return f"{_mean(compared, pick, lambda s: corrections_to(s, target, budget)):.1f}"


def _means_json(compared: Sequence[Compared], budget: Budget) -> Json:
    areas = _areas(compared, budget)
    share = gap_closed(areas)
    return {
        "gap_closed": None if math.isnan(share) else share,
        "picks": {
            pick: {
                "auc": areas[pick],
                "auc_with_looks": _mean(compared, pick, lambda s: area_with_looks(s, budget)),
                "corrections": _mean(compared, pick, lambda s: len(s.rounds)),
                "looks": _mean(compared, pick, lambda s: s.looks),
                "J&F": _mean(compared, pick, _last),
                "interactions": [_reached_json(compared, pick, t, budget) for t in TARGETS],
            }
            for pick in areas
        },
    }


def _reached_json(compared: Sequence[Compared], pick: str, target: float, budget: Budget) -> Json:
    return {
        "target": target,
        "mean": _mean(compared, pick, lambda s: corrections_to(s, target, budget)),
        "reached": _reached(compared, pick, target),
        "of": len(compared),
    }


def _last(session: Session) -> float:
    return session.rounds[-1].jf if session.rounds else 0.0
