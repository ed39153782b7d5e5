"""What the Review menu does: going through the review queue and settling its places."""

from __future__ import annotations

from vostool.gui.session.review_work import Review
from vostool.gui.window.handlers.guard import Handler, WhenOpen
from vostool.gui.window.workbench import Workbench


def review_handlers(bench: Workbench) -> dict[str, Handler]:
    """All of them act on the review queue."""
    review = WhenOpen(bench).part(lambda workspace: workspace.review)
    return {
        "review_next": review(Review.next),
        "review_previous": review(Review.previous),
        "review_confirm": review(lambda r: r.confirm()),
        "review_confirm_frame": review(lambda r: r.confirm(whole_frame=True)),
        "review_dismiss": review(Review.dismiss),
        "review_bring_back": review(Review.bring_back),
    }
