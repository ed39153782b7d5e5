"""What a GPU would be asked to do, counted without one: by fake tensors that claim to be on it.

Nothing is computed. Each operation that is no view and no allocation counts as a kernel (some
launch two, none launches none), each change of type as a cast, each copy between GPU and CPU as a
transfer, and what makes the CPU wait for the GPU as a synchronisation.
"""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import torch
from torch._subclasses.fake_tensor import FakeTensor, FakeTensorMode, unset_fake_temporarily
from torch.utils._python_dispatch import TorchDispatchMode

GPU = torch.device("cuda", 0)
_NO_KERNELS = ("aten.empty", "aten.detach", "aten.lift_fresh", "aten._unsafe_view", "aten.resize_")


@dataclass
class Counts:
    """What was asked of the GPU since these were made or :meth:`cleared`."""

    kernels: int = 0
    casts: int = 0
    uploads: int = 0
    downloads: int = 0
    uploaded: int = 0
    downloaded: int = 0
    synchronisations: int = 0
    operations: Counter[str] = field(default_factory=Counter)

    def cleared(self) -> None:
        """Begin again at 0."""
        self.__init__()

    def __str__(self) -> str:
        return (
            f"{self.kernels} kernels, {self.casts} of them casts; {self.uploads} uploads "
            f"({self.uploaded / 1e6:.2f} MB), {self.downloads} downloads "
            f"({self.downloaded / 1e6:.2f} MB), {self.synchronisations} synchronisations"
        )


class _Counting(TorchDispatchMode):
    """Counts, and answers with zeros where the CPU wants to see a value."""

    def __init__(self, counts: Counts) -> None:
        super().__init__()
        self.counts = counts

    def __torch_dispatch__(self, function, _types, args=(), kwargs=None):
        kwargs = kwargs or {}
        if (
            function.namespace == "aten" and function._can_decompose()
        ):  # inference mode hands it over in one piece
            with self:
                made = function.decompose(*args, **kwargs)
            if made is not NotImplemented:
                return made
        name, counts = str(function), self.counts
        tensors = [a for a in torch.utils._pytree.tree_leaves((args, kwargs)) if _is_tensor(a)]
        before = {t.device.type for t in tensors}
        if name.startswith("aten._local_scalar_dense"):
            if before == {"cuda"}:
                counts.synchronisations += 1
                counts.downloads += 1
                counts.downloaded += tensors[0].nbytes
                return 1 if not tensors[0].is_floating_point() else 1.0
            return function(*args, **kwargs)
        if name.startswith("aten.detach") and not isinstance(tensors[0], FakeTensor):
            with unset_fake_temporarily():  # what numpy is to see
                return function(*args, **kwargs)
        if name.startswith("aten._to_copy"):
            return self._copy(function, args, kwargs, tensors[0])
        made = function(*args, **kwargs)
        after = [t for t in torch.utils._pytree.tree_leaves(made) if _is_tensor(t)]
        on_gpu = "cuda" in before or any(t.device.type == "cuda" for t in after)
        launches = function.namespace == "aten" and not name.startswith(_NO_KERNELS)
        if on_gpu and launches and not function.is_view:
            self._launch(name)
            counts.synchronisations += name.startswith("aten.nonzero")
        return made

    def _copy(self, function, args, kwargs, tensor):
        counts, target = self.counts, torch.device(kwargs.get("device") or tensor.device)
        way = (tensor.device.type, target.type)
        if way == ("cuda", "cpu"):
            counts.downloads += 1
            counts.downloaded += tensor.nbytes
            counts.synchronisations += not kwargs.get("non_blocking")
            return _zeros(tensor.shape, kwargs.get("dtype") or tensor.dtype)
        if way == ("cpu", "cuda"):
            counts.uploads += 1
            counts.uploaded += tensor.nbytes
        elif way == ("cuda", "cuda"):
            self._launch("cast")
            counts.casts += 1
        return function(*args, **kwargs)

    def _launch(self, name: str) -> None:
        self.counts.kernels += 1
        self.counts.operations[name] += 1


@contextmanager
def counted(module: torch.nn.Module, dtype: torch.dtype) -> Iterator[Counts]:
    """Inside, the module is on a GPU that is not there, and autocast computes in ``dtype``.

    Args:
        module: built on the CPU; its weights are replaced for good.
    """
    counts = Counts()
    with warnings.catch_warnings(), FakeTensorMode(allow_non_fake_inputs=True):
        warnings.filterwarnings("ignore", "Accessing the data pointer of FakeTensor")
        for part in module.modules():
            for kept in (part._parameters, part._buffers):
                for name, tensor in kept.items():
                    if tensor is not None:
                        kept[name] = _on_gpu(tensor)
        with _Counting(counts), _autocast(dtype):
            yield counts


def _zeros(shape: torch.Size, dtype: torch.dtype) -> torch.Tensor:
    """On the CPU, and no fake: its values are looked at."""
    with unset_fake_temporarily():
        return torch.zeros(shape, dtype=dtype)


def _on_gpu(tensor: torch.Tensor) -> torch.Tensor:
    made = torch.empty(tensor.shape, dtype=tensor.dtype, device=GPU)
    whole = isinstance(tensor, torch.nn.Parameter)
    return torch.nn.Parameter(made, requires_grad=False) if whole else made


@contextmanager
def _autocast(dtype: torch.dtype) -> Iterator[None]:
    """``torch.autocast`` switches itself off where there is no GPU."""
    whole = torch.autocast

    class Forced:
        def __init__(self, _device, _dtype=None, enabled=True, **_) -> None:
            self._enabled = enabled and dtype is not torch.float32

        def __enter__(self) -> None:
            self._before = torch.is_autocast_enabled("cuda")
            torch.set_autocast_enabled("cuda", self._enabled)
            torch.set_autocast_dtype("cuda", dtype)

        def __exit__(self, *_: object) -> None:
            torch.set_autocast_enabled("cuda", self._before)

    torch.autocast = Forced
    try:
        yield
    finally:
        torch.autocast = whole


def _is_tensor(value: object) -> bool:
    return isinstance(value, torch.Tensor)
