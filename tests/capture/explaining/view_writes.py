"""Networks that write to a tensor through views of it."""

from collections.abc import Callable

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

Function = Callable[[Tensor, Tensor], Tensor]


def written(write: Callable[[Tensor, Tensor], object]) -> Function:
    """What ``write`` leaves of w·x, which it is given with w (4,)."""

    def function(w: Tensor, x: Tensor) -> Tensor:
        y = x * w
        write(y, w)
        return y * 1.5

    return function


def _two(y: Tensor, w: Tensor) -> None:
    a, b = y[0], y[1]
    a.mul_(w)
    b.add_(w[1])


def _in_turn(y: Tensor, w: Tensor) -> None:
    for i in range(3):
        y[i].mul_(w[i])


def _old_view(w: Tensor, x: Tensor) -> Tensor:
    y = x * w
    first = y[:, 0]
    y[0].mul_(w)
    return y.sum() + (first * w[0]).sum()


def _base_too(w: Tensor, x: Tensor) -> Tensor:
    y = x * w
    first = y[:, 0]
    y.mul_(w)
    first.mul_(w[:3])
    return y + (first**2).sum()


def _read_between(w: Tensor, x: Tensor) -> Tensor:
    y = x * w
    y[0].mul_(w)
    between = y.sum()
    y[1].mul_(2.0)
    return y * between


def _sliding(w: Tensor, x: Tensor) -> Tensor:
    y = x * w
    for t in range(1, 4):
        y[:, t].add_(y[:, t - 1] + w[t])
    return y


def _into_zeros(w: Tensor, x: Tensor) -> Tensor:
    y = torch.zeros(3, 4)
    y[:, 1].add_(x[:, 1] * w[1])
    return y + w


def _into_input(w: Tensor, x: Tensor) -> Tensor:
    x = x.clone()
    x[:, 1].mul_(w[1])
    return x * w


def _view_returned(w: Tensor, x: Tensor) -> Tensor:
    y = x * w
    return y.view(-1).mul_(w[2])


def _twins(w: Tensor, x: Tensor) -> Tensor:
    y, z = x * w, x * w
    y[0].mul_(w)
    z[0].mul_(w)
    return y * z


def _whole_under_view(w: Tensor, x: Tensor) -> Tensor:
    y = x * w
    view = y.T
    y.mul_(2)
    return view


def _whole_and_view_in_turn(w: Tensor, x: Tensor) -> Tensor:
    y = x * w
    flat = y.view(-1)
    y.add_(w)
    flat.mul_(2)
    y.mul_(3)
    return flat * w[0]


def _whole_under_view_of_view(w: Tensor, x: Tensor) -> Tensor:
    y = x * w
    column = y.T[1]
    y.mul_(w)
    return column * w[0]


def _whole_twice_under_view(w: Tensor, x: Tensor) -> Tensor:
    y = x * w
    left = y[:, :2]
    y.zero_()
    y.add_(w)
    return left


def _view_under_view(w: Tensor, x: Tensor) -> Tensor:
    y = x * w
    turned = y.T
    row = turned[1]
    turned.mul_(2)
    return row + y[:, 1]


def _part_read_before(w: Tensor, x: Tensor) -> Tensor:
    y = x * w
    part = y[0][1:3]
    part.add_(part.sum() * 0.1)
    return y + part.sum()


def _sum_into_two_views(w: Tensor, x: Tensor) -> Tensor:
    y = x * w
    row, flat = y[0], y.view(-1)
    row.add_(y.sum() * 0.1)
    flat.mul_(w[3])
    return y


def _of_sequence(w: Tensor, x: Tensor) -> Tensor:
    """(1, 3, 4), which torch makes as (3, 4) and hands out as a view."""
    return F.linear(x[None], torch.diag(w), w)


def inside(write: Callable[[Tensor, Tensor], object]) -> Function:
    """What ``write`` leaves of the output of a linear layer of a sequence."""

    def function(w: Tensor, x: Tensor) -> Tensor:
        y = _of_sequence(w, x)
        write(y, w)
        return y * 1.5

    return function


def _inside_read_between(w: Tensor, x: Tensor) -> Tensor:
    y = _of_sequence(w, x)
    between = y.sum()
    y *= 2
    return y * between


def _inside_two(w: Tensor, x: Tensor) -> Tensor:
    y = _of_sequence(w, x)
    F.leaky_relu(y, 0.1, inplace=True)
    z = F.linear(y, torch.diag(w), w)
    z += y
    return z


def _inside_other(w: Tensor, x: Tensor) -> Tensor:
    y = torch.einsum("bti,oi->bto", x[None], torch.diag(w))
    y += w
    return y


# A tensor is written to while a view of it is used later, and the other way round.
READ_LATER: dict[str, Function] = {
    "the whole, a view is read": _whole_under_view,
    "the whole and a view in turn": _whole_and_view_in_turn,
    "the whole, a view of a view is read": _whole_under_view_of_view,
    "the whole twice, a view is read": _whole_twice_under_view,
    "a view, another is read": _view_under_view,
    "a part of itself": _part_read_before,
    "a sum into two views": _sum_into_two_views,
}
VIEW_WRITES: dict[str, Function] = {
    "a row": written(lambda y, w: y[0].mul_(2)),
    "a row by the weight": written(lambda y, w: y[0].mul_(w)),
    "of the transposed": written(lambda y, w: y.T[1].add_(w[:3])),
    "set": written(lambda y, w: y.__setitem__((slice(None), 0), w[:3])),
    "set in a view": written(lambda y, w: y[1].__setitem__(slice(1, 3), w[:2])),
    "set by a mask": written(lambda y, w: y.__setitem__(y > 0, w[0])),
    "one of the flat view": written(lambda y, w: y.view(-1)[5].add_(w[0])),
    "filled": written(lambda y, w: y[0].fill_(1.0)),
    "zeroed": written(lambda y, w: y[:, 1:3].zero_()),
    "copied": written(lambda y, w: y[0].copy_(w)),
    "a function": written(lambda y, w: y[0].sigmoid_()),
    "relu in place": written(lambda y, w: F.relu(y[1:], inplace=True)),
    "clamped": written(lambda y, w: y[1:].clamp_(min=0.0)),
    "by itself": written(lambda y, w: y[0].add_(y[1])),
    "by the whole": written(lambda y, w: y[0].add_(y.sum())),
    "two rows": written(_two),
    "in turn": written(_in_turn),
    "twice": written(lambda y, w: y[0].mul_(w).add_(1.0)),
    "diagonal": written(lambda y, w: y[:, :3].diagonal().mul_(w[:3])),
    "narrow": written(lambda y, w: y.narrow(1, 1, 2).pow_(2)),
    "masked": written(lambda y, w: y[0].masked_fill_(torch.tensor([True, False, True, False]), 0)),
    "index_add": written(lambda y, w: y[1].index_add_(0, torch.tensor([0, 0, 2]), w[:3])),
    "addcmul": written(lambda y, w: y[0].addcmul_(w, w, value=0.5)),
    "an old view": _old_view,
    "the whole and a view": _base_too,
    "read between": _read_between,
    "a recurrence": _sliding,
    "into zeros": _into_zeros,
    "into the input": _into_input,
    "the view is what is read": _view_returned,
    "two alike": _twins,
    "inside: a function": inside(lambda y, w: F.leaky_relu(y, 0.1, inplace=True)),
    "inside: by place": inside(lambda y, w: F.relu(y, True)),
    "inside: added": inside(lambda y, w: y.__iadd__(w)),
    "inside: set": inside(lambda y, w: y.__setitem__((0, 1), w * 2)),
    "inside: twice": inside(lambda y, w: y.add_(w).mul_(2)),
    "inside: a view of it": inside(lambda y, w: y.view(3, 4).mul_(w)),
    "inside: a part": inside(lambda y, w: y[:, 1:].mul_(w)),
    "inside: the transposed": inside(lambda y, w: y.transpose(1, 2).mul_(2)),
    "inside: read between": _inside_read_between,
    "inside: two layers": _inside_two,
    "inside: einsum": _inside_other,
    **READ_LATER,
}
