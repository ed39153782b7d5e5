"""Models that transformers runs, from a folder on this computer: nothing is ever fetched here.

Imports torch and transformers; imported by the finders' own modules, which their specs load late.
"""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Generic, TypeVar

import torch
from transformers.utils import logging

from vostool.errors import ModelError
from vostool.frames import Image
from vostool.models.shared.torch_errors import clear_errors
from vostool.words import tr

T = TypeVar("T")

FLOOR = 0.05
"""Candidates below this score are no candidates at any threshold that a person would choose."""
MOST = 300
"""No more candidates of one question than this; the best stay."""


def load_pretrained(model_class: Any, folder: Path, title: str, device: torch.device) -> Any:
    """A model of transformers with the weights of a folder, ready to infer.

    Args:
        model_class: one of transformers' classes.
        title: the model's, for sentences.

    Raises:
        ModelError: the folder's files are damaged or those of another model, or memory gives out.
    """
    _quiet()
    with _of_folder(folder, title), clear_errors(title):
        model, report = model_class.from_pretrained(
            folder,
            local_files_only=True,
            use_safetensors=True,
            dtype=torch.float32,
            output_loading_info=True,
        )
        missing = sorted(report["missing_keys"]) + sorted(map(str, report["mismatched_keys"]))
        if missing:
            raise ModelError(
                _unfitting(folder, title, tr("it has no tensor {missing}", missing=missing[0]))
            )
        model.train(False).requires_grad_(False).to(device)
    return model


LEAST_WORDS = 4
"""Tokens beside the special ones; a published tokenizer has thousands."""


def load_processor(processor_class: Any, folder: Path, title: str) -> Any:
    """What prepares text, pictures or sound for the model of the same folder.

    Raises:
        ModelError: a file of it is missing or damaged.
    """
    _quiet()
    with _of_folder(folder, title), clear_errors(title), warnings.catch_warnings():
        # AST's own 128 filters, as it was trained; the library warns of them each time.
        warnings.filterwarnings("ignore", tr("At least one mel filter"), UserWarning)
        made = processor_class.from_pretrained(folder, local_files_only=True)
    tokenizer = getattr(made, "tokenizer", None)
    if tokenizer is not None and len(tokenizer) - len(tokenizer.all_special_tokens) < LEAST_WORDS:
        # Without its files the library makes a tokenizer of no words.
        raise ModelError(
            tr(
                "The folder {folder} has no words for {title}; fetch it again.",
                folder=folder,
                title=title,
            )
        )
    return made


class Pretrained:
    """What every finder on such a model does alike: computing, and letting go."""

    def __init__(self, title: str, model: Any, dtype: torch.dtype = torch.float32) -> None:
        """Take a model that is loaded and in its place.

        Args:
            title: the model's, for sentences.
            dtype: bfloat16 runs under autocast, float32 without.
        """
        self._title = title
        self._model: Any | None = model
        self._device = torch.device(model.device)
        self._dtype = dtype

    def close(self) -> None:
        """Give memory and device back."""
        self._model = None
        if self._device.type == "cuda":
            torch.cuda.empty_cache()

    def _loaded(self) -> Any:
        if self._model is None:
            raise ModelError(tr("{title} was closed; choose the finder again.", title=self._title))
        return self._model

    @contextmanager
    def _computing(self) -> Iterator[None]:
        """Around each piece of work: the modes belong to a thread, so never across a yield."""
        half = self._dtype is not torch.float32
        with (
            clear_errors(self._title),
            torch.inference_mode(),
            torch.autocast(self._device.type, self._dtype, enabled=half),
        ):
            yield


class LastPictures(Generic[T]):
    """What a model made of the pictures that it saw last, so that another question costs less.

    A picture is known by its pixels: frames of two videos may have one number.

    Args:
        make: from a picture to what is kept of it.
        most: so many are kept.
    """

    def __init__(self, make: Callable[[Image], T], most: int = 2) -> None:
        self._make = make
        self._most = most
        self._kept: dict[bytes, T] = {}

    def get(self, picture: Image) -> T:
        """What was made of the picture before, or is made of it now."""
        digest = hashlib.blake2b(picture.tobytes(), digest_size=16)
        digest.update(repr(picture.shape).encode())
        key = digest.digest()
        made = self._kept.pop(key) if key in self._kept else self._make(picture)
        self._kept[key] = made
        while len(self._kept) > self._most:
            del self._kept[next(iter(self._kept))]
        return made

    def clear(self) -> None:
        """Let go of all."""
        self._kept.clear()


class KeptForward:
    """A part of a model that reads the picture alone: asked again it answers from what it kept.

    A picture is known by being the same tensor, so pair it with :class:`LastPictures`.

    Args:
        module: the part; its ``forward`` is replaced.
        most: so many answers are kept.
        again: makes of a kept answer what is given out, where the model changes what it gets.
    """

    def __init__(
        self,
        module: torch.nn.Module,
        most: int = 1,
        again: Callable[[Any], Any] = lambda kept: kept,
    ) -> None:
        self._compute = module.forward
        self._most, self._again = most, again
        self._kept: list[tuple[torch.Tensor, Any]] = []
        self.runs = 0
        module.forward = self

    def __call__(self, pixel_values: torch.Tensor, *args: Any, **options: Any) -> Any:
        for asked, answer in self._kept:
            if asked is pixel_values:
                return self._again(answer)
        del self._kept[: len(self._kept) + 1 - self._most]
        answer = self._compute(pixel_values, *args, **options)
        self.runs += 1
        self._kept.append((pixel_values, answer))
        return self._again(answer)

    def clear(self) -> None:
        """Let go of all."""
        self._kept.clear()


@contextmanager
def _of_folder(folder: Path, title: str) -> Iterator[None]:
    """Whatever a stranger's folder makes the library raise becomes one sentence."""
    try:
        yield
    except ModelError:
        raise
    except Exception as error:  # the library's checks of configs and tensors are of many kinds
        reason = next((line for line in str(error).splitlines() if line.strip()), "")
        raise ModelError(_unfitting(folder, title, reason or type(error).__name__)) from error


def _unfitting(folder: Path, title: str, reason: str) -> str:
    short = reason.strip().rstrip(".")[:160]
    return tr(
        "The folder {folder} does not make a {title} ({short}); fetch "
        "it again or name another folder.",
        folder=folder,
        title=title,
        short=short,
    )


def _quiet() -> None:
    """Its reports and bars of loading are for a terminal of its own."""
    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
