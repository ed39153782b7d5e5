"""What each action of the window does, by its id."""

from __future__ import annotations

from vostool.gui.window.batches import Batches
from vostool.gui.window.handlers.cvat import cvat_handlers
from vostool.gui.window.handlers.edit import edit_handlers
from vostool.gui.window.handlers.file import file_handlers
from vostool.gui.window.handlers.go import go_handlers
from vostool.gui.window.handlers.guard import Handler
from vostool.gui.window.handlers.masks import mask_handlers
from vostool.gui.window.handlers.objects import object_handlers
from vostool.gui.window.handlers.program import program_handlers
from vostool.gui.window.handlers.range import range_handlers
from vostool.gui.window.handlers.review import review_handlers
from vostool.gui.window.handlers.track import track_handlers
from vostool.gui.window.handlers.view import view_handlers
from vostool.gui.window.tour import Tour
from vostool.gui.window.trainings import Trainings
from vostool.gui.window.workbench import Workbench


def make_handlers(
    bench: Workbench, tour: Tour, batches: Batches, trainings: Trainings
) -> dict[str, Handler]:
    """The handlers of all actions. Those that need a video do nothing without one."""
    return {
        **file_handlers(bench),
        "batch": batches.show,
        "train": trainings.show,
        **cvat_handlers(bench),
        **edit_handlers(bench),
        **mask_handlers(bench),
        **object_handlers(bench),
        **track_handlers(bench),
        **range_handlers(bench),
        **review_handlers(bench),
        **go_handlers(bench),
        **view_handlers(bench),
        **program_handlers(bench, tour),
    }
