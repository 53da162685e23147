"""The leaves of a loop by their names, also after it has put others in their place."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from torch import Tensor, nn
from torch._C import DisableTorchFunction

from backprop_viz.capture.bare.made_anew import MadeAnew
from backprop_viz.capture.code.user_lines import user_line
from backprop_viz.capture.tensors.bare_tensors import Tensors
from backprop_viz.capture.tensors.followed_calls import followed_by_autograd
from backprop_viz.recording.trace.torch_error import CodePlace


class HeldLeaves:
    """The leaves that a module stands for, which what the loop makes of them takes the place of.

    ``replaced`` is told where that happens.
    """

    def __init__(self, holder: Tensors, replaced: Callable[[CodePlace | None], None]) -> None:
        self.holder, self._replaced = holder, replaced
        # Kept, as they are asked for at every call that is heard.
        self._named: dict[str, Tensor] = dict(holder.named_parameters())
        self.names = {id(one): name for name, one in self._named.items()}
        self._made = MadeAnew()
        self.are_made_anew = False  # in any turn

    def turn_begins(self) -> None:
        """What was made in the turn before is of no interest any more."""
        self._made = MadeAnew()

    def all(self) -> Sequence[Tensor]:
        """The leaves there are now."""
        return list(self._named.values())

    def are_read(
        self, func: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> bool:
        """Whether a call that autograd follows reads any."""
        return any(id(one) in self.names for one in followed_by_autograd(func, args, kwargs))

    def have_been(self, leaf: Tensor) -> bool:
        """Whether this is one of them, or was in this turn until another took its place."""
        return id(leaf) in self.names or self._made.has_replaced(leaf)

    def are_moved_by(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> bool:
        """Whether a call that autograd follows makes a leaf in place of one."""
        return self._made.moves(args, kwargs, self.names)

    def gave(self, grads: Any) -> None:
        """``torch.autograd.grad`` has handed out these."""
        self._made.gave(grads)

    def ran(
        self,
        func: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        result: Any,
    ) -> None:
        """A call has run that may have made a leaf of one of them."""
        with DisableTorchFunction():
            told = self._made.ran(func, args, kwargs, result, self._named, self.names)
            for name, tensor in list(told):
                self._put(name, tensor, user_line())

    def are_used(self, used: Sequence[Tensor]) -> None:
        """These are used: a Parameter among them may have been made of what was moved."""
        made = [one for one in used if type(one) is nn.Parameter and id(one) not in self.names]
        if made:
            with DisableTorchFunction():
                for told in list(self._made.parameters_made(made, self._named)):
                    self._put(*told)

    def _put(self, name: str, tensor: Tensor, place: CodePlace | None) -> None:
        self.are_made_anew = True
        self.holder.put(name, tensor)
        self._named[name] = tensor
        self.names = {id(one): name for name, one in self._named.items()}
        self._replaced(place)
