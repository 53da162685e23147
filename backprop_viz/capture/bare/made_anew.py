"""Follows what a loop makes of its tensors after a backward: leaves that take their place."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from torch import Tensor
from torch._C import DisableTorchFunction
from torch.multiprocessing.reductions import StorageWeakRef

from backprop_viz.capture.bare.step_lines import makes_anew
from backprop_viz.capture.code.user_lines import user_line
from backprop_viz.capture.tensors.nested_tensors import nested_tensors
from backprop_viz.capture.tensors.weak import WeakTensor, weak
from backprop_viz.recording.trace.torch_error import CodePlace

_GETS_GRAD = getattr(Tensor, "grad").__get__  # noqa: B009 - mypy knows it as a tensor
_SETS_TRAINS = getattr(Tensor, "requires_grad").__set__  # noqa: B009


class _Made(NamedTuple):
    """What a tensor was made of: the leaf of this name, if of one, and whether of a gradient."""

    tensor: WeakTensor
    leaf: str | None
    by_gradient: bool


class MadeAnew:
    """Told of the calls after a backward, it knows which leaves were made from the loop's own.

    A leaf that was computed from one of them and from a gradient takes its place, as in
    ``w = (w - lr * w.grad).detach().requires_grad_()``: from then on it is that parameter.
    """

    def __init__(self) -> None:
        self._made: dict[int, _Made] = {}
        # The memory of what was moved, of which leaf and where: nobody tells that a Parameter is
        # made of it.
        self._moved: list[tuple[StorageWeakRef, str, CodePlace | None]] = []
        self._moved_at: CodePlace | None = None  # where autograd follows a move

    def gave(self, grads: Any) -> None:
        """``torch.autograd.grad`` has handed out these."""
        for grad in nested_tensors(grads):
            self._know(grad, None, True)

    def moves(
        self, args: tuple[Any, ...], kwargs: Mapping[str, Any], own: Mapping[int, str]
    ) -> bool:
        """Whether a call that autograd follows makes such a leaf: it is no use of the old one.

        It reads one together with a gradient, or in the same line what was made so; or that line
        reads a gradient, or assigns to the leaf's variable. ``own``: the names of the leaves by
        their id().
        """
        with DisableTorchFunction():
            read = list(self._of((args, kwargs), own))
        if not read:
            return False
        place = user_line()
        if not any(one.by_gradient for one in read):
            leaves = [one.leaf for one in read if one.leaf is not None]
            return makes_anew(place, leaves)
        if any(one.leaf is not None and not one.by_gradient for one in read):
            self._moved_at = place
        return place == self._moved_at

    def has_replaced(self, leaf: Tensor) -> bool:
        """Whether another has taken its place in this turn."""
        return self._known(leaf) is not None

    def ran(
        self,
        func: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        result: Any,
        own: Mapping[str, Tensor],
        names: Mapping[int, str],
    ) -> Iterator[tuple[str, Tensor]]:
        """A call has run: each leaf that it has made in place of one of its ``own``, by names.

        ``names``: those of the leaves by their id().
        """
        made = list(nested_tensors(args[0] if func == _SETS_TRAINS else result))
        if func == _GETS_GRAD:
            self.gave(made if id(args[0]) in names else ())
            return
        read = list(self._of((args, kwargs), names))
        if not read:
            return
        leaves = {one.leaf for one in read if one.leaf is not None}
        leaf = leaves.pop() if len(leaves) == 1 else None
        by_gradient = any(one.by_gradient for one in read)
        for tensor in made:
            if id(tensor) in names:
                continue
            self._know(tensor, leaf, by_gradient)
            if leaf is not None and by_gradient and (memory := _memory_of(tensor)) is not None:
                self._moved.append((memory, leaf, user_line()))
            if leaf is not None and by_gradient and _is_new_leaf(tensor):
                old = own.get(leaf)
                if old is not None and (old.shape, old.dtype) == (tensor.shape, tensor.dtype):
                    self._know(old, leaf, False)
                    yield leaf, tensor

    def parameters_made(
        self, leaves: Iterable[Tensor], own: Mapping[str, Tensor]
    ) -> Iterator[tuple[str, Tensor, CodePlace | None]]:
        """Those that take the place of one of its ``own``, by names; and where that was moved."""
        for one in leaves:
            memory = _memory_of(one)
            for moved, leaf, place in self._moved:
                old = own.get(leaf)
                if old is not None and moved == memory and old.shape == one.shape:
                    self._know(old, leaf, False)
                    yield leaf, one, place
                    break

    def _of(self, given: Any, names: Mapping[int, str]) -> Iterator[_Made]:
        for tensor in nested_tensors(given):
            if id(tensor) in names:
                yield _Made(weak(tensor), names[id(tensor)], False)
            elif (made := self._known(tensor)) is not None:
                yield made

    def _know(self, tensor: Tensor, leaf: str | None, by_gradient: bool) -> None:
        self._made[id(tensor)] = _Made(weak(tensor), leaf, by_gradient)

    def _known(self, tensor: Tensor) -> _Made | None:
        made = self._made.get(id(tensor))
        return made if made is not None and made.tensor() is tensor else None


def _is_new_leaf(tensor: Tensor) -> bool:
    try:
        return tensor.is_leaf and tensor.requires_grad
    except RuntimeError:  # a view of a leaf that was written to, as in ``w[:] -= step``
        return False


def _memory_of(tensor: Tensor) -> StorageWeakRef | None:
    try:
        return StorageWeakRef(tensor.untyped_storage())  # type: ignore[no-untyped-call]
    except (RuntimeError, NotImplementedError):  # it is sparse, or wrapped
        return None
