"""What the actions of the Review menu do, by their ids."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from vostool.gui.session.review_work import Review

if TYPE_CHECKING:
    from vostool.gui.window.workbench import Workbench

Handler = Callable[[], object]


def review_handlers(bench: Workbench) -> dict[str, Handler]:
    """Those that go through the review queue and settle its places."""

    def review(act: Callable[[Review], object]) -> Handler:
        def run() -> None:
            if bench.workspace is not None:
                act(bench.workspace.review)

        return run

    return {
        "review_next": review(lambda r: r.next()),
        "review_previous": review(lambda r: r.previous()),
        "review_confirm": review(lambda r: r.confirm()),
        "review_confirm_frame": review(lambda r: r.confirm(whole_frame=True)),
        "review_dismiss": review(lambda r: r.dismiss()),
        "review_bring_back": review(lambda r: r.bring_back()),
    }
