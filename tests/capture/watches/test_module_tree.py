"""The modules of a model are found as torch's own ``named_modules`` finds them."""

from collections.abc import Iterator
from typing import Any

import pytest
from torch import nn

from backprop_viz.capture.watches.module_tree import modules_in, parameters_in


class Renames(nn.Linear):
    """Names itself as it likes."""

    def named_modules(self, *args: Any, **kwargs: Any) -> Iterator[tuple[str, nn.Module]]:
        return ((f"{name}!", one) for name, one in super().named_modules(*args, **kwargs))


def long() -> nn.Module:
    return nn.Sequential(*[nn.Linear(2, 2) for _ in range(5)], nn.ReLU())


def nested() -> nn.Module:
    return nn.Sequential(long(), nn.ReLU(), nn.Sequential(nn.Linear(2, 2), long()), nn.Tanh())


def none_among_them() -> nn.Module:
    net = long()
    net.register_module("none", None)
    net.register_module("last", nn.Linear(2, 1))
    return net


def twice_in_one() -> nn.Module:
    shared = nn.Linear(2, 2)
    return nn.Sequential(shared, nn.ReLU(), shared, nn.Linear(2, 2))


def seen_before() -> nn.Module:
    shared = nn.Linear(2, 2)
    return nn.Sequential(nn.Sequential(nn.ReLU(), shared), nn.Sequential(shared, nn.Tanh()))


def seen_later() -> nn.Module:
    shared, net = nn.Linear(2, 2), nn.Module()
    net.register_module("inner", nn.Sequential(shared, nn.Sequential(shared, nn.ReLU())))
    net.register_module("shared", shared)
    return net


def holds_itself() -> nn.Module:
    net = long()
    net.register_module("itself", net)
    return net


def other_names() -> nn.Module:
    return nn.Sequential(nn.ReLU(), nn.Sequential(nn.Linear(2, 2), Renames(2, 2)))


def other_names_itself() -> nn.Module:
    return Renames(2, 2)


NETS = (
    *(long, nested, none_among_them, twice_in_one, seen_before, seen_later, holds_itself),
    *(other_names, other_names_itself),
)


@pytest.mark.parametrize("made", NETS)
def test_as_torch_finds_them(made: Any) -> None:
    net = made()
    assert modules_in(net) == list(net.named_modules())
    found, named = parameters_in(net), list(net.named_parameters())
    assert [(name, id(one)) for name, one in found] == [(name, id(one)) for name, one in named]
