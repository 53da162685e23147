"""What a loop runs beside all phases; an input that a model is called with may be made there."""

from collections.abc import Callable, Iterable, Mapping
from types import CodeType
from typing import Any

import torch
from torch import Tensor

from backprop_viz.capture.code.own_frames import run_theirs
from backprop_viz.capture.own_moves import OwnMoves
from backprop_viz.capture.recorder import Recorder
from backprop_viz.capture.tensors.followed_calls import followed_by_autograd
from backprop_viz.capture.watches.function_watch import FunctionWatch, Ran, op_name


class OutsideCalls:
    """Runs the functions that belong to no phase, and takes note of those that autograd follows.

    They are operations of the forward if a model is then called with what they have made: with
    coordinates that are joined, or with an image and a disturbance that is looked for.
    """

    def __init__(self, recorder: Recorder, forward: CodeType | None) -> None:
        self._recorder = recorder
        told = self.note, recorder.copies, forward, _ignored, _ignored, recorder.modules
        self._functions = FunctionWatch(*told)
        self._ran: list[Ran] = []
        self.moves = OwnMoves(recorder)

    def run_outside(
        self, func: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> Any:
        """What a function gives; of what raises, take note of what it was given."""
        with self._recorder.errors.running(op_name(func), args, kwargs):
            ran = self.moves.begins(func, args, kwargs)
            if followed_by_autograd(func, args, kwargs):
                result = self._functions.__torch_function__(func, (), args, kwargs)
            else:
                result = run_theirs(func, args, kwargs)
            if ran is not None:
                ran(result)
        with torch._C.DisableTorchFunction():
            self._recorder.ran_outside(op_name(func), result, args, kwargs)
        return result

    def note(self, told: Ran) -> None:
        """An operation that belongs to no phase has run.

        One that detaches is kept, too: it tells why nothing behind it gets a gradient.
        """
        if told.op == "detach" or any(tensor.requires_grad for tensor in told.made):
            self._ran.append(told._replace(outputs=self._recorder.copies(told.made)))

    def led_to(self, given: Iterable[Tensor]) -> list[Ran]:
        """The operations that led to what a model is given, in order; none is kept any longer."""
        ran, self._ran = self._ran, []
        wanted, found = {id(tensor) for tensor in given}, []
        for told in reversed(ran):
            if not wanted.isdisjoint(map(id, told.made)):
                found.append(told)
                wanted.update(map(id, told.read))
        return found[::-1]

    def close(self) -> None:
        """Nothing is taken note of any more."""
        self._ran.clear()
        self.moves.close()
        self._functions.forget()  # the two would keep each other alive


def _ignored(*_: object) -> None:
    """Nothing is to be done."""
