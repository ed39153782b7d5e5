"""`vostool` in a process of its own that works its window by itself up to a stage.

`python ctrl_c_inside.py STAGE PROJECT`; begun by `ctrl_c.py`, which sends the signals. All but the
first lines is the program's own way: its `main`, its window, its event loop.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))


def main() -> int:
    """Run the window; the exit status is the program's."""
    stage, project = sys.argv[1], Path(sys.argv[2])
    from vostool.cli import main as program

    if stage == "loading":
        print("at the stage", flush=True)
        return program([str(project)])
    from ctrl_c_stages import STAGES, Inside, go

    from vostool.gui.window import app
    from vostool.models.weights import catalog

    catalog.checkpoint_dirs = lambda: (project.parent / "checkpoints",)
    build = app.build

    def built() -> app.Program:
        made = build()
        made.tour.begin_if_new = lambda: None  # type: ignore[method-assign]
        go(STAGES[stage].steps(Inside(made, project)))
        return made

    app.build = built
    return program([])


if __name__ == "__main__":
    sys.exit(main())
