"""What a GPU does when it gives out, injected: one sentence in the window, and the next click goes."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import seeded
import torch

from tests.gui.conftest import Hand, TruthEngine
from tests.gui.find.conftest import WAYS, ScriptedFinder, _registered
from tests.gui.find.test_find import find, finding_of
from vostool.errors import ModelError
from vostool.finders.spec import FinderSpec
from vostool.gui.settings import values as settings_values
from vostool.gui.settings.values import Values
from vostool.models.engine import Engine, EngineInfo
from vostool.models.sam2.engine import Sam2Engine
from vostool.models.sam2.published import MODELS
from vostool.models.shared.torch_errors import clear_errors

LOST = "CUDA error: an illegal memory access was encountered\nmore of the same"
FULL = "CUDA out of memory. Tried to allocate 2.00 GiB."
Make = Callable[[str | None], Engine]


class CardEngine(TruthEngine):
    """The truth, computed on a device that raises what torch would."""

    def __init__(self, clip, name: str = "truth", device: str = "cuda") -> None:
        super().__init__(clip)
        self.name, self.device = name, device
        self.breaks_closing = False

    @property
    def info(self) -> EngineInfo:
        return EngineInfo(self.name, "Truth", device=self.device)

    def segment(self, request):
        with clear_errors("Truth"):
            return super().segment(request)

    def track(self, request, cancelled):
        with clear_errors("Truth"):
            yield from super().track(request, cancelled)

    def close(self) -> None:
        super().close()
        if self.breaks_closing:
            raise RuntimeError(LOST)


@pytest.fixture
def use(hand: Hand, monkeypatch) -> Callable[..., Engine]:
    """Has the window load an engine by name through a maker of the test's own."""

    def used(make: Make, name: str = "truth", wait: bool = True) -> None:
        monkeypatch.setattr(
            "vostool.gui.window.engine_choice.create_engine",
            lambda name, device=None, options=None: make(device),
        )
        if not wait:
            hand.bench.engine.use(name)
            return
        with hand.qtbot.waitSignal(hand.bench.worker.engine_ready, timeout=8000):
            hand.bench.engine.use(name)

    return used


def told(hand: Hand, words: str) -> None:
    """The window says so, on one line."""
    hand.until(lambda: words in hand.status())
    assert "\n" not in hand.status()


@pytest.mark.parametrize(
    "words",
    [
        FULL,
        "MPS backend out of memory (MPS allocated: 8 GB)",
        "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`",
        "cuDNN error: CUDNN_STATUS_ALLOC_FAILED",
        "XPU out of memory. Tried to allocate 2.00 GiB.",
    ],
)
@pytest.mark.parametrize("work", ["click", "run"])
def test_memory_that_runs_out(hand, clip, use, video, words, work) -> None:
    engine = CardEngine(clip)
    use(lambda device: engine)
    hand.open(video)
    if work == "run":
        hand.mark(1, oid=1)
    engine.failure = RuntimeError(words)
    hand.keys("]") if work == "run" else hand.click_object(1)
    told(
        hand, "Truth needs more memory than the GPU has free; choose a smaller model or the device"
    )
    engine.failure = None
    hand.go_to(6)
    hand.mark(2, oid=1)


@pytest.mark.parametrize("work", ["click", "run"])
def test_a_gpu_that_is_lost_costs_its_answer_and_the_cpu_goes_on(hand, clip, use, video, work):
    made: list[CardEngine] = []

    def make(device):
        made.append(CardEngine(clip, device=device or "cuda"))
        if device is None:
            made[-1].breaks_closing = True
        return made[-1]

    use(make)
    hand.open(video)
    hand.mark(1, oid=1)
    before = hand.content()
    made[0].failure = RuntimeError(LOST)
    with hand.qtbot.waitSignal(hand.bench.worker.engine_ready, timeout=8000):
        hand.keys("]") if work == "run" else hand.click_object(1)
    assert hand.problem() == (
        "The GPU answers no more, so truth goes on with the CPU; "
        "start the program again to use the GPU."
    )
    assert [engine.device for engine in made] == ["cuda", "cpu"] and made[0].closed
    assert hand.window.status.engine_button.text() == "Truth (cpu)"
    assert before.items() <= hand.content().items() or work == "click"
    hand.go_to(6)
    hand.mark(1, oid=1)
    assert settings_values.load().device == "", "another start tries the GPU again"


class CardFinder(ScriptedFinder):
    """A finder on a device that raises what torch would."""

    def __init__(self, clip, device: str | None) -> None:
        super().__init__(clip)
        self.device = device or "cuda"

    def find(self, view, question):
        with clear_errors("Scripted"):
            yield from super().find(view, question)


@pytest.fixture
def finders(clip, monkeypatch) -> Iterator[list[CardFinder]]:
    """Every finder that is loaded, the first of which loses its GPU at its second look."""
    made: list[CardFinder] = []

    def load(device, _path):
        made.append(CardFinder(clip, device))
        made[-1].failure = None if made[1:] else RuntimeError(LOST)
        return made[-1]

    spec = FinderSpec(name="scripted", title="Scripted", ways=WAYS, load=load, rank=1000)
    with _registered(monkeypatch, spec):
        yield made


@pytest.mark.parametrize("device", ["cuda", "cpu"])
def test_a_gpu_that_a_finder_loses_moves_it_and_the_engine_to_the_cpu(
    hand, clip, use, video, finders, device
):
    made: list[CardEngine] = []

    def make(asked):
        made.append(CardEngine(clip, device=asked or device))
        return made[-1]

    use(make)
    hand.open(video)
    panel = find(hand)
    who = "truth" if device == "cuda" else "what looks for objects"
    assert hand.problem() == (
        f"The GPU answers no more, so {who} goes on with the CPU; "
        "start the program again to use the GPU."
    )
    assert [finder.device for finder in finders] == ["cuda", "cpu"], "asked again by itself"
    hand.until(lambda: finders[0].closed)
    assert len(finding_of(hand).on(0).candidates) == 4 and "4 found" in panel.said.text()
    hand.until(lambda: made[-1].device == "cpu")
    hand.until(lambda: hand.window.status.engine_button.text() == "Truth (cpu)")


def test_a_gpu_that_the_engine_loses_is_not_asked_by_finders(hand, clip, use, video, finders):
    made: list[CardEngine] = []
    use(lambda device: made.append(CardEngine(clip, device=device or "cuda")) or made[-1])
    hand.open(video)
    made[0].failure = RuntimeError(LOST)
    with hand.qtbot.waitSignal(hand.bench.worker.engine_ready, timeout=8000):
        hand.click_object(1)
    finders.append(CardFinder(clip, None))  # which is not the first any more
    find(hand)
    assert finders[-1].device == "cpu"
    assert hand.bench.workspace.listening._place.device == "cpu"
    hand.bench.engine.use_device()
    assert hand.bench.worker.place.device is None, "chosen again, it is tried again"


def test_an_engine_whose_closing_raises_is_followed_by_the_next(hand, clip, use, video) -> None:
    first, second = CardEngine(clip), CardEngine(clip, "second")
    first.breaks_closing = True
    use(lambda device: first)
    hand.open(video)
    use(lambda device: second)
    hand.until(lambda: first.closed)
    hand.mark(1, oid=1)
    assert ("segment", 0, 1) in second.log


@pytest.mark.parametrize("fits", [True, False])
def test_an_engine_that_does_not_fit_beside_the_old_one(hand, clip, use, video, fits) -> None:
    old: list[CardEngine] = []

    def make_old(device):
        old.append(CardEngine(clip))
        return old[-1]

    def make_large(device):
        with clear_errors("Large"):
            if not (fits and old[0].closed):
                raise torch.OutOfMemoryError(FULL)
        return CardEngine(clip, "large")

    use(make_old)
    hand.open(video)
    if fits:
        use(make_large)
        assert hand.bench.engine.current == "large" and len(old) == 1
    else:
        use(make_large, wait=False)
        assert "Large needs more memory than the GPU has free" in hand.problem()
        assert hand.bench.engine.current == "truth" and len(old) == 2
    hand.mark(1, oid=1)


def test_an_engine_that_fits_nowhere_is_a_sentence_at_each_click(hand, clip, use, video) -> None:
    old = CardEngine(clip)

    def make(device):
        if old.sources:
            with clear_errors("Large"):
                raise torch.OutOfMemoryError(FULL)
        return old

    use(make)
    hand.open(video)
    use(make, wait=False)
    assert "Large needs more memory" in hand.problem()
    hand.click_object(1)
    told(hand, "Large needs more memory")
    use(lambda device: CardEngine(clip))
    hand.mark(1, oid=1)


def test_a_card_that_was_chosen_and_is_gone(hand, clip, use, video) -> None:
    """As at a start: no engine answers yet, and the settings name the card."""

    def make(device):
        if device is not None:
            raise ModelError("There is no cuda:1 here, cuda:0 is the last; use that or cpu.")
        return CardEngine(clip, device="cuda:0")

    settings_values.save(Values(device="cuda:1"))
    hand.bench.engine.current = None
    use(make)
    assert "There is no cuda:1 here" in hand.problem()
    assert hand.window.status.engine_button.text() == "Truth (cuda:0)"
    hand.open(video)
    hand.mark(1, oid=1)


def small_sam2(dtype: torch.dtype) -> Sam2Engine:
    return Sam2Engine(MODELS["sam2.1-tiny"], seeded.sam2(), dtype)


@pytest.mark.parametrize("words", [FULL, "MPS backend out of memory (MPS allocated: 8 GB)"])
def test_memory_that_runs_out_beside_sam2s_network(hand, use, video, words, monkeypatch) -> None:
    engine = small_sam2(torch.float32)
    use(lambda device: engine)
    hand.open(video)
    whole, broken = engine._logits, [True]

    def full(*arguments):
        if broken[0]:
            raise RuntimeError(words)
        return whole(*arguments)

    monkeypatch.setattr(engine, "_logits", full)
    hand.click_object(1)
    told(hand, "needs more memory than the GPU has free")
    broken[0] = False
    hand.go_to(3)
    hand.click_object(1)
    hand.until(lambda: hand.mask(3, 1) is not None)


def test_float16_that_gives_no_numbers(hand, use, video, monkeypatch) -> None:
    engine = small_sam2(torch.float16)
    use(lambda device: engine)
    hand.open(video)
    hand.click_object(1)
    hand.until(lambda: hand.mask(0, 1) is not None)
    attention = engine._model.memory_attention
    whole = attention.forward

    def too_wide(**inputs):
        made = whole(**inputs)
        return made * torch.inf if torch.is_autocast_enabled("cpu") else made

    monkeypatch.setattr(attention, "forward", too_wide)
    hand.keys("]")
    told(hand, "gave no numbers in float16")
    hand.go_to(3)
    hand.click_object(1)
    hand.until(lambda: hand.mask(3, 1) is not None)
    hand.keys("]")
    hand.until(lambda: hand.mask(5, 1) is not None)
