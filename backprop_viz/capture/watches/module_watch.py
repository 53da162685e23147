"""Which module of a model is running, and what becomes of the model's buffers."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from functools import cached_property
from itertools import pairwise

import torch
from torch import Tensor, nn

from backprop_viz.capture.logs.event_log import EventLog
from backprop_viz.capture.module_choice import ModuleChoice
from backprop_viz.capture.tensors.from_device import wait_for_copies
from backprop_viz.capture.watches.module_calls import Told as Told
from backprop_viz.capture.watches.module_calls import seen_by
from backprop_viz.capture.watches.module_hooks import copied_without_hooks
from backprop_viz.capture.watches.module_tree import buffers_in, modules_in, other_names
from backprop_viz.capture.watches.validation_watch import validated_in_training
from backprop_viz.recording.trace.events import Array
from backprop_viz.recording.trace.modules import Module, ModuleBuffer


class ModuleWatch:
    """Knows at any time the innermost module of a model that is running."""

    def __init__(self, model: nn.Module) -> None:
        self._found = found = modules_in(model)
        self._other_names = other_names(model)
        # A scripted one runs its modules outside Python.
        self._followed = {
            module: name for name, module in found if not isinstance(module, torch.jit.ScriptModule)
        }
        # The names of the outermost of those.
        self.scripted: dict[nn.Module, str] = {}
        for name, module in found:
            if module not in self._followed:
                around = (f"{one}." if one else "" for one in self.scripted.values())
                if not name.startswith(tuple(around)):
                    self.scripted[module] = name
        # The dotted names of those that are running, from the outermost.
        self.stack: list[str] = []

    @cached_property
    def modules(self) -> tuple[Module, ...]:
        """All of them, as they were at first."""
        names = self._other_names
        network, *others = (
            Module(name, type(module).__name__, tuple(names.get(name, ())))
            for name, module in self._found
        )
        place = validated_in_training(module for _, module in self._found)
        return replace(network, validated_in_training=place), *others

    @property
    def running(self) -> str | None:
        """The dotted name of the innermost module that is running; None outside the model."""
        return self.stack[-1] if self.stack else None

    def has(self, module: nn.Module) -> bool:
        """Whether it is one of the model's."""
        return module in self._followed

    @contextmanager
    def within(self, name: str) -> Iterator[None]:
        """What is noted in here has run in this module."""
        self.stack.append(name)
        yield
        self.stack.pop()

    @contextmanager
    def running_already(self, module: nn.Module) -> Iterator[None]:
        """The forward of this module runs in here, around those that run now.

        Its call may have begun unseen, or be one of a method, of which nobody tells.
        """
        name = self._followed.get(module)
        unseen = name is not None and name not in self.stack
        if unseen and name is not None:
            self.stack.insert(0, name)
        yield
        if unseen and self.stack[:1] == [name]:
            del self.stack[0]

    def begun_unseen(self, module: nn.Module) -> AbstractContextManager[None]:
        """The call of this module runs in here, within those that run now, if it is unseen."""
        name = self._followed.get(module)
        return nullcontext() if name is None or name in self.stack else self.within(name)

    @contextmanager
    def following(self, no_hooks: bool = False, begins: Told = None) -> Iterator[None]:
        """Follow the modules that run in here, also those whose forward raises.

        ``no_hooks``: the network itself has no hooks of ours. ``begins`` is called before one runs
        that no other calls.
        """
        try:
            copied = nullcontext() if no_hooks else copied_without_hooks()
            with seen_by(self._followed, self.stack, begins), copied:
                yield
        finally:
            self.stack.clear()


class BufferWatch:
    """Notes each new value of a model's buffers, by the number of events before it."""

    def __init__(self, model: nn.Module, log: EventLog, only: ModuleChoice | None = None) -> None:
        self._log = log
        self._names: dict[int, str] = {}
        self._values: dict[str, list[tuple[int, int]]] = {}
        self._model = model
        for name, buffer in buffers_in(model):
            if only is not None and not only.has_tensor(name):
                continue
            value = log.id_of(buffer)
            if value is not None:
                self._names[id(buffer)] = name
                self._values[name] = [(0, value)]

    @property
    def there_are(self) -> bool:
        """Whether the model has buffers."""
        return bool(self._names)

    def look_at_all(self) -> None:
        """Look at every buffer, also at one that another tensor has taken the place of."""
        if not self._values:
            return
        found = [(name, b) for name, b in buffers_in(self._model) if name in self._values]
        self._names = {id(buffer): name for name, buffer in found}
        self.look(buffer for _, buffer in found)

    def look(self, tensors: Iterable[Tensor]) -> None:
        """Look at those of these tensors that are buffers."""
        if not self._names:
            return
        for tensor in tensors:
            name = self._names.get(id(tensor))
            value = None if name is None else self._log.id_of(tensor)
            if name is None or value is None:
                continue
            values, position = self._values[name], len(self._log)
            if value != values[-1][1]:
                if values[-1][0] == position:
                    values.pop()
                values.append((position, value))

    def ids(self) -> frozenset[int]:
        """The ids of all that they have been."""
        return frozenset(id_ for values in self._values.values() for _, id_ in values)

    def cut(self, position: int) -> None:
        """Drop what came after so many events."""
        for values in self._values.values():
            while values[-1][0] > position:
                values.pop()

    def buffers(self) -> tuple[ModuleBuffer, ...]:
        """The buffers as far as they are known, of which all copies have come."""
        wait_for_copies()
        return tuple(
            ModuleBuffer(name, tuple(self._changes(values)))
            for name, values in self._values.items()
        )

    def _changes(self, values: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
        """Those values that have other bits than the one before."""
        yield values[0]
        tensors = self._log.tensors
        for (_, before), (position, value) in pairwise(values):
            if not _same_bits(tensors[before], tensors[value]):
                yield position, value


def _same_bits(one: Array, other: Array) -> bool:
    return one is other or (
        one.dtype == other.dtype and one.shape == other.shape and one.tobytes() == other.tobytes()
    )
