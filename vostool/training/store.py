"""The files of a training: the checkpoint that it makes, and what it needs to go on after a break.

Both are written beside their place and renamed into it, so whatever stood there stays until then.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from vostool.errors import Cancelled, ModelError
from vostool.files import is_there
from vostool.io.exports.staging import FORBIDDEN, FULL
from vostool.models.trainer import Trainer
from vostool.models.weights.story import Story, add_story, read_story
from vostool.replacing import replacing
from vostool.training.progress import History
from vostool.words import tr


class Store:
    """Where one training keeps what it has.

    Attributes:
        out: the checkpoint to be.
        unfinished: what lies beside it until the training has ended.
        problem: one sentence why the last :meth:`pause` kept nothing, or None.

    Args:
        identity: JSON that tells this training from every other: labels, options, first weights.
    """

    def __init__(self, out: Path, identity: object) -> None:
        self.out = out
        self.unfinished = out.with_name(f"{out.name}.resume")
        self._identity = identity
        self.problem: str | None = None

    def check(self, overwrite: bool, base: Path | None) -> None:
        """Raise :class:`ModelError` where the checkpoint could not be written in the end.

        Args:
            base: the weights to begin with, which are never replaced.
            overwrite: what is there may be replaced; what an unfinished training of the same kind
                left always is.
        """
        if self.out.is_dir() or not self.out.parent.is_dir():
            raise ModelError(
                tr("'{out}' is no place for a checkpoint; name a file in a folder that is there.",
                   out=self.out)
            )  # fmt: skip
        if base is not None and is_there(self.out) and os.path.samefile(self.out, base):
            raise ModelError(
                tr("'{out}' holds the weights to begin with; give another name with --out.",
                   out=self.out)
            )  # fmt: skip
        if is_there(self.out) and not overwrite and self._known() is None:
            raise ModelError(
                tr("The file '{out}' exists already; choose another name, or allow overwriting.",
                   out=self.out)
            )  # fmt: skip
        with _one_sentence(self.out):
            _try_beside(self.out)

    def resume(self, trainer: Trainer) -> History | None:
        """Let a trainer go on where an earlier run stopped; None where there is none to go on with.

        Raises:
            ModelError: what lies there is of this training, and damaged.
        """
        story = self._known()
        if story is None:
            return None
        try:
            history = History.from_json(story["history"])
        except (KeyError, TypeError, ValueError):
            return None
        trainer.read_state(self.unfinished)
        return history

    def _known(self) -> Story | None:
        """What lies beside the checkpoint, where it is of this very training."""
        story = read_story(self.unfinished)
        return story if story is not None and story.get("identity") == self._identity else None

    def pause(self, trainer: Trainer, history: History) -> None:
        """Keep what :meth:`resume` needs; where it cannot be written, what lay there stays.

        That is no reason to end a training that goes on: see :attr:`problem`.
        """
        told = {"identity": self._identity, "history": history.to_json()}
        try:
            with _one_sentence(self.unfinished):
                _write(self.unfinished, trainer.write_state, told)
            self.problem = None
        except ModelError as error:
            self.problem = str(error)

    def finish(self, trainer: Trainer, story: Story) -> None:
        """Write the checkpoint with the best weights and their story.

        Raises:
            ModelError: it cannot be written; what lay there stays.
        """
        with _one_sentence(self.out):
            _write(self.out, trainer.write_best, story)

    def forget(self) -> None:
        """Take away what was kept to go on with."""
        with contextlib.suppress(OSError):
            self.unfinished.unlink()


def _write(target: Path, write: Callable[[Path], None], story: Story) -> None:
    with replacing(target, lasting=True) as beside:
        write(beside)
        add_story(beside, story)


def _try_beside(target: Path) -> None:
    """Find out now whether a file can be made there."""
    with tempfile.NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}."):
        pass


@contextmanager
def _one_sentence(place: Path) -> Iterator[None]:
    try:
        yield
    except Cancelled:
        raise
    except (OSError, RuntimeError) as error:  # PyTorch's writer raises the latter for a full disk
        number = getattr(error, "errno", None)
        if number in FULL:
            text = tr("The disk is full; free some space or choose another folder.")
        elif number in FORBIDDEN:
            text = tr("It cannot be written to; choose another folder or change its permissions.")
        else:
            text = tr("Is there space left in its folder? ({error})", error=error)
        raise ModelError(
            tr("'{place}' could not be written, and what was there stays: {text}",
               place=place, text=text)
        ) from error  # fmt: skip
