"""What the Review menu does: going through the review queue and settling its places."""

from __future__ import annotations

from vostool.gui.session.review_work import Review
from vostool.gui.window.handlers.guard import Handler, WhenOpen
from vostool.gui.window.workbench import Workbench
from vostool.gui.window.workspace import Workspace


def review_handlers(bench: Workbench) -> dict[str, Handler]:
    """All of them act on the review queue."""

    def retrack(workspace: Workspace) -> None:
        workspace.retracking.wanted = bench.window.actions_by_id["review_retrack"].isChecked()

    review = WhenOpen(bench).part(lambda workspace: workspace.review)
    return {
        "review_next": review(Review.next),
        "review_previous": review(Review.previous),
        "review_confirm": review(lambda r: r.confirm()),
        "review_confirm_frame": review(lambda r: r.confirm(all_objects=True)),
        "review_play": WhenOpen(bench)(_play),
        "review_retrack": WhenOpen(bench)(retrack),
        "review_dismiss": review(Review.dismiss),
        "review_bring_back": review(Review.bring_back),
    }


def _play(workspace: Workspace) -> None:
    """Play the stretch that is shown; elsewhere the key finishes the object, as F does."""
    if workspace.review.at_hand:
        workspace.review.play()
    else:
        workspace.session.select(None)
