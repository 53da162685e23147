"""Numpy copies of what torch computes: each tensor is copied once, and not kept alive for long.

A recording that kept tensors alive would make torch take fresh memory for every new one.
"""

from collections.abc import Container, Iterable, Mapping, Sequence

from torch import Tensor
from torch.autograd.graph import Node as GradFn

from backprop_viz.capture.tensors.array_memory import ArrayMemory
from backprop_viz.capture.tensors.borrowed import BorrowedMemory, is_lent, is_shared
from backprop_viz.capture.tensors.from_device import is_apart
from backprop_viz.capture.tensors.late_copies import Copy as Copy
from backprop_viz.capture.tensors.late_copies import LateCopies
from backprop_viz.capture.tensors.many_copies import ManyCopies, ParameterPlaces
from backprop_viz.capture.tensors.memory import Copied, NotCopied
from backprop_viz.capture.tensors.places import MemoryPlace, place_of, version_of
from backprop_viz.capture.tensors.sharded_memory import local_shard
from backprop_viz.capture.tensors.unheard import detached
from backprop_viz.recording.trace.events import Array

# The views of one place are told apart by ``is_of``.
Arrived = tuple[MemoryPlace | None, Copied]
# An edge of the graph: to a node, at which of its outputs.
GradFnInput = tuple[GradFn, int]
_NO_CLONES: Mapping[int, Tensor] = {}


class TensorSnapshots:
    """The copies of one iteration.

    ``samples``: how many samples of a batch to copy (None: all). A tensor whose first dimension
    is ``batch_size`` long is taken for a batch, unless it is asked for ``whole``.

    A copy is used again only while the memory still holds the same bits. torch's version counter
    alone does not tell: neither ``.data``, nor a fused optimizer, nor a kernel of one's own moves
    it.
    """

    def __init__(self, samples: int | None, batch_size: int = 0) -> None:
        self.batch_size = batch_size
        self._samples = samples
        self.memory = ArrayMemory()
        self.borrowed = BorrowedMemory(self.memory)
        # By id(), with the version. The tensor is kept alive so that no other gets its id.
        self._tensors: dict[int, tuple[Tensor, int, Copied]] = {}
        # The memory is kept alive so that no other tensor gets its address.
        # Those of them that are as they were copied until somebody writes, after so many writes.
        self._unwritten: dict[int, tuple[int, Copied]] = {}
        self._unwritten_at = -1
        self._grads: dict[MemoryPlace, tuple[object, Copied]] = {}
        # Of parameters and of ``.grad`` those that were copied with all others.
        self._many = ManyCopies(self.borrowed, self.memory)
        # What was sent along an edge; the engine keeps it alive. None where two have met.
        self._edges: dict[GradFnInput, tuple[MemoryPlace, Copied] | None] = {}
        # By its id() what a tensor is copied as, over the same memory.
        self.copied_as: dict[int, Tensor] = {}

    def tensors(
        self, tensors: Iterable[Tensor], whole: Container[int], made: bool = False
    ) -> tuple[Copy, ...]:
        """A copy of each tensor as it is now; the same array again while it does not change.

        ``whole`` has the id() of each that is to be copied whole. ``made``: an operation that is
        known has just made them. Those may be borrowed.
        """
        copies, borrowed = self._tensors, self.borrowed
        made = made and borrowed.allowed
        found: list[Copy] = []
        if self.copied_as:
            tensors = [self.copied_as.get(id(tensor), tensor) for tensor in tensors]
        for tensor in tensors:
            key = id(tensor)
            known = self._known(key)
            try:
                version = version_of(tensor)
                same = known is not None and known[1] == version
                if known is None or not same or not self._is_as_copied(known[2], tensor):
                    cut = self.cut(tensor, key in whole)
                    copied = borrowed.borrow(tensor) if made and cut is None else None
                    if copied is None:
                        new = made and is_apart(tensor) and borrowed.is_of_loop(tensor)
                        borrowed.leave(tensor)
                        if known is not None:
                            alone = known[2].looked_at >= 0
                        else:
                            alone = not (is_shared(tensor) or (not made and is_lent(tensor)))
                            alone |= new  # but for autograd, which leaves it as it is
                        copied = Copied(tensor, cut, True, self.memory)
                        if alone:
                            copied.looked_at = borrowed.now
                    known = copies[key] = (tensor, version, copied)
                found.append(known[2].array)
            except NotCopied as reason:
                found.append(reason)
        return tuple(found)

    def many_tensors(self, tensors: Sequence[Tensor], whole: Container[int]) -> LateCopies:
        """``tensors`` of all parameters of a model, which are copied together if that can be."""
        cuts = self.cuts and any(self.cut(t, id(t) in whole) is not None for t in tensors)
        copies = None if cuts else self._many.weights(tensors, self._tensors)
        return copies or LateCopies(self.tensors(tensors, whole))

    def unwritten_weights(self) -> tuple[Sequence[int], LateCopies] | None:
        """As ``ManyCopies`` has them."""
        return self._many.unwritten_weights()

    def places_of(self, copies: LateCopies) -> ParameterPlaces | None:
        """As ``ManyCopies`` has them."""
        return self._many.places_of(copies)

    def is_of_parameters(self, array: Array) -> bool:
        """Whether this is the array of a parameter or a ``.grad`` that was copied with others."""
        return self._many.have(array)

    def _known(self, key: int) -> tuple[Tensor, int, Copied] | None:
        """The copy of a tensor by its id(), and its version then."""
        known = self._tensors.get(key)
        if known is None and (known := self._many.weight(key)) is not None:
            self._tensors[key] = known
        return known

    def seen(self, tensors: Iterable[Tensor], whole: Container[int]) -> list[Copy]:
        """``tensors`` of what a call reads while nothing is written to but by calls told of."""
        borrowed, unwritten = self.borrowed, self._unwritten
        if self._unwritten_at != borrowed.writes:
            self._unwritten_at = borrowed.writes
            unwritten.clear()
        found: list[Copy] = []
        for tensor in tensors:
            key = id(tensor)
            known = unwritten.get(key)
            if known is not None:
                version, copied = known
                if (copied.borrowed or copied.looked_at >= 0) and tensor._version == version:
                    found.append(copied.array)
                    continue
            elif (array := self._many.unwritten(tensor)) is not None:
                found.append(array)
                continue
            found += self.tensors((tensor,), whole)
            known_now = self._tensors.get(key)
            if known_now is None or tensor.is_inference():  # such a tensor has no version
                continue
            if borrowed.stays_as_it_is(known_now[2], tensor):
                unwritten[key] = known_now[1:]
        return found

    def made(self, tensors: Iterable[Tensor], whole: Container[int]) -> list[Copy]:
        """``tensors`` of what a call has just made that writes to nothing."""
        copies, borrowed, found = self._tensors, self.borrowed, list[Copy]()
        for tensor in tensors:
            key = id(tensor)
            copied = None
            try:
                if key not in copies and type(tensor) is Tensor:
                    cut = self.cut(tensor, key in whole)
                    copied = self._first_samples(tensor, cut) if cut else borrowed.borrow(tensor)
            except NotCopied:
                pass
            if copied is None:
                found += self.tensors((tensor,), whole, True)
                continue
            known = tensor._version, copied
            copies[key] = tensor, *known
            if self._unwritten_at == borrowed.writes:
                self._unwritten[key] = known
            found.append(copied.array)
        return found

    def _first_samples(self, tensor: Tensor, samples: int) -> Copied | None:
        """A copy of so many samples of what was just made; None of inference. Raises NotCopied."""
        if tensor.is_inference():
            return None
        self.borrowed.leave(tensor)
        copied = Copied(tensor, samples, True, self.memory)
        if not is_shared(tensor):
            copied.looked_at = self.borrowed.now
        return copied

    def looked_up(self, tensor: Tensor) -> tuple[Copied, bool] | None:
        """The copy of a tensor as it is now, and whether it stays so until a write is seen.

        None of one that cannot be copied, or of inference, which has no version.
        """
        if tensor.is_inference():
            return None
        key, borrowed = id(tensor), self.borrowed
        known = self._known(key)
        as_known = known is not None and known[1] == tensor._version
        if known is not None and as_known and borrowed.is_surely_as_looked_at(known[2], tensor):
            return known[2], True
        if isinstance(self.tensors((tensor,), ())[0], NotCopied):
            return None
        copied = self._tensors[key][2]
        return copied, borrowed.stays_as_it_is(copied, tensor)

    def forget_all_but(self, tensors: Iterable[Tensor]) -> None:
        """Let go of the other tensors: nobody will ask for a copy of them again."""
        known = self._tensors
        kept = {id(tensor) for tensor in tensors}
        self._tensors = {key: known[key] for key in kept if key in known}
        self._unwritten.clear()  # another tensor may get its id()

    def forget_all(self) -> None:
        """Let go of all tensors: nobody will ask for a copy again."""
        for known in self._tensors, self._unwritten, self._grads, self._edges:
            known.clear()
        self._many.forget()

    def grad(self, parameter: Tensor) -> Array | None:
        """A copy of a parameter's ``.grad`` as it is now.

        Not ``.grad`` itself is kept alive but its memory: torch adds in place only to a ``.grad``
        that nobody else holds. Raises NotCopied.
        """
        grad = parameter.grad
        if grad is None:
            return None
        grad = local_shard(grad)
        place = place_of(grad)
        if place is None:
            return Copied(grad).array
        self.borrowed.exclude(grad)
        known = self._grads.get(place) or self._many.grad(place)
        if known is None or not self._is_as_copied(known[1], grad):
            alone = not is_shared(grad) if known is None else known[1].looked_at >= 0
            held = detached(grad)
            known = self._grads[place] = (held, Copied(held, None, True, self.memory))
            if alone:
                known[1].looked_at = self.borrowed.now
        return known[1].array

    def many_grads(
        self, parameters: Sequence[Tensor], clones: Mapping[int, Tensor] = _NO_CLONES
    ) -> LateCopies:
        """``grad`` of all parameters, which are copied together if that can be, or why not.

        ``clones``, by the id() of the parameter, have the same numbers, and nobody else has them.
        """
        copies = self._many.grads(parameters, self._grads, clones)
        return copies or LateCopies(map(self._grad_or_why_not, parameters))

    def _grad_or_why_not(self, parameter: Tensor) -> Copy:
        try:
            return self.grad(parameter)
        except NotCopied as reason:
            return reason

    def accumulated(self, parameter: Tensor, arrived: Arrived | None) -> None:
        """Take note if ``.grad`` is the very gradient that arrived: it has that copy."""
        grad = parameter.grad
        if grad is None:
            return
        self.borrowed.exclude(grad)
        place = place_of(grad)
        if arrived is not None and place is not None and place == arrived[0]:
            held = detached(grad)
            arrived[1].hold(held)
            self._grads[place] = (held, arrived[1])

    def handed_out(self, parameter: Tensor, grad: Tensor) -> None:
        """Take note that ``.grad`` is this gradient, which was copied as an operation made it."""
        known, held = self._tensors.get(id(grad)), parameter.grad
        place = None if held is None else place_of(held)
        if known is not None and known[0] is grad and held is not None and place is not None:
            self._grads[place] = held, known[2]

    def sent(
        self,
        grads: Iterable[Tensor | None],
        edges: Iterable[tuple[GradFnInput | None, bool]],
        arrived: Sequence[Arrived | None],
        compared: bool,
    ) -> tuple[Copy, ...]:
        """Copies of the gradients that a node sends along its edges.

        An edge comes with whether the gradient is to be copied whole. ``arrived``: what the node
        was given, part of which it may hand on as it is. ``compared``: nothing has run since that
        was copied, or compared with its copy.
        """
        known = self._edges
        found: list[Copy] = []
        for grad, (edge, whole) in zip(grads, edges, strict=False):
            if grad is None:
                found.append(None)
                continue
            try:
                place = place_of(grad)
                copied = _handed_on(grad, place, arrived, compared)
                if copied is None:
                    copied = Copied(grad, self.cut(grad, whole), False, self.memory)
            except NotCopied as reason:
                found.append(reason)
                continue
            if edge is not None and place is not None:
                known[edge] = None if edge in known else (place, copied)
            found.append(copied.array)
        return tuple(found)

    def arrived(
        self, grads: Iterable[Tensor | None], node: GradFn, whole: bool
    ) -> tuple[list[Arrived | None], list[Copy]]:
        """The place and the copy of each gradient that has arrived at a node, and the arrays.

        If it is the one that was sent, and no hook has changed it on the way, the copy is the one
        made then.
        """
        edges = self._edges
        found: list[Arrived | None] = []
        arrays: list[Copy] = []
        for number, grad in enumerate(grads):
            sent = edges.pop((node, number), None)
            came: Arrived | None = None
            array: Copy = None
            if grad is not None:
                try:
                    place = place_of(grad)
                    if sent is not None and sent[0] == place and sent[1].is_of(grad):
                        came = sent
                    else:
                        cut = self.cut(grad, whole)
                        came = place, Copied(grad, cut, False, self.memory)
                    array = came[1].array
                except NotCopied as reason:
                    array = reason
            found.append(came)
            arrays.append(array)
        return found, arrays

    def _is_as_copied(self, copied: Copied, tensor: Tensor) -> bool:
        """Whether the copy of a tensor is still one. Raises NotCopied."""
        if copied.borrowed:  # who writes to that has it copied before
            return copied.lies_in(tensor)
        if copied.looked_at >= 0 and self.borrowed.is_as_looked_at(copied, tensor):
            return True
        if is_apart(tensor) and self.borrowed.is_written_to(copied, tensor):
            return False  # to compare them has the device wait
        same = copied.is_of(tensor)
        if same and copied.looked_at >= 0:
            copied.looked_at = self.borrowed.now
        return same

    @property
    def may_cut(self) -> bool:
        """Whether a batch may have more samples than are copied."""
        return self._samples is not None

    @property
    def cuts(self) -> bool:
        """Whether the batch has more samples than are copied."""
        return self._samples is not None and self._samples < self.batch_size

    def cut(self, tensor: Tensor, whole: bool) -> int | None:
        """How many samples of a tensor to copy; None: all of it."""
        samples = self._samples
        if samples is None or whole or samples >= self.batch_size:
            return None
        shape = tensor.shape
        return samples if len(shape) > 0 and shape[0] == self.batch_size else None


def _handed_on(
    grad: Tensor, place: MemoryPlace | None, arrived: Iterable[Arrived | None], compared: bool
) -> Copied | None:
    """The copy of what arrived, if a node sends on that very tensor or a view of all of it."""
    for came in arrived:
        if came is not None and came[0] == place is not None:
            copied = came[1]
            same = copied.is_laid_out_as(grad) if compared else copied.is_of(grad)
            return copied if same else copied.viewed_as(grad, compared)
    return None
