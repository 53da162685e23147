"""Models that are given objects, as a graph with its features, and that hand some out."""

from collections import UserDict
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import backprop_viz as bv
from backprop_viz.capture.tensors.nested_tensors import tensors_given

T = torch.arange(6.0).view(2, 3)


class Store:
    """As a library's: what its user reads by name lies in a private dictionary."""

    def __init__(self, **given: Any) -> None:
        self._mapping = given

    def __getattr__(self, name: str) -> Any:
        try:
            return self._mapping[name]
        except KeyError:
            raise AttributeError(name) from None


class Data:
    def __init__(self, **given: Any) -> None:
        self.__dict__["_store"] = Store(**given)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


@dataclass
class Fields:
    a: Any
    b: Any = None


class Pair(NamedTuple):
    u: Any
    v: Any


class Takes(nn.Module):
    def forward(self, x: Any = None, *rest: Any, flag: bool = False, **more: Any) -> None: ...


class OfGraph(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.lin = nn.Linear(3, 4)

    def forward(self, data: Any) -> Any:
        rows, columns = data.edge_index
        seen = torch.zeros(len(data.x), 4).index_add_(0, columns, self.lin(data.x)[rows])
        return Data(seen=seen, loss=seen.square().mean())


class OfNothing(nn.Module):
    """Has what it reads itself."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("x", T)
        self.lin = nn.Linear(3, 4)

    def forward(self) -> Tensor:
        return torch.relu(self.lin(self.x)).mean()


GIVEN: dict[str, tuple[tuple[Any, ...], dict[str, Any], list[str]]] = {
    "a tensor": ((T,), {}, ["x"]),
    "a dictionary": (({"ids": T, "mask": T},), {}, ["x['ids']", "x['mask']"]),
    "what is like one": ((UserDict(ids=T, mask=T),), {}, ["x['ids']", "x['mask']"]),
    "several": ((T, T, T), {}, ["x", "rest[0]", "rest[1]"]),
    "by names": ((), {"x": T, "labels": T}, ["x", "labels"]),
    "tuples": ((Pair(T, (T, T)),), {}, ["x.u", "x.v[0]", "x.v[1]"]),
    "a dataclass": ((Fields(T, T),), {}, ["x.a", "x.b"]),
    "the class of one": ((Fields,), {}, []),
    "an object": ((Data(x=T, edges=T, y=None),), {"z": T}, ["x.x", "x.edges", "z"]),
    "a model": ((nn.Linear(2, 2),), {}, []),
}


@pytest.mark.parametrize("given", GIVEN)
def test_names_are_the_python_that_leads_to_each_tensor(given: str) -> None:
    args, kwargs, expected = GIVEN[given]
    assert list(tensors_given(Takes(), args, kwargs)) == expected


def test_a_dataclass_without_one_of_its_fields() -> None:
    fields = Fields(T)
    del fields.a
    assert tensors_given(Takes(), (fields,), {}) == {}


def test_of_an_object_that_is_a_data_set_the_first_are_enough() -> None:
    much = Data(**{f"x{i}": T for i in range(1000)})
    assert 0 < len(tensors_given(Takes(), (much,), {})) < 100


def test_an_object_with_a_large_vocabulary_is_not_gone_through() -> None:
    looked: list[str] = []

    class Words(dict[str, int]):
        def items(self) -> Any:
            for item in super().items():
                looked.append(item[0])
                yield item

    words = Words({f"w{i}": i for i in range(10_000)})
    for held in ("words", "_words"):
        tokenizer = Store()
        tokenizer.__dict__[held] = words
        assert tensors_given(Takes(), (tokenizer,), {}) == {}
    assert 0 < len(looked) < 1000


def test_a_graph_in_an_object_is_the_input_of_the_network() -> None:
    torch.manual_seed(0)
    net = OfGraph()
    edges = torch.tensor([[0, 1], [1, 0]])
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    with bv.record(net, optimizer) as recorded:
        loss = net(Data(x=T, edge_index=edges)).loss
        loss.backward()
        optimizer.step()
    recording = recorded.recording
    assert recording.loss == loss.item()
    assert np.array_equal(recording.input, T.numpy())
    names = [layer.name for layer in recording.layers.layers]
    assert names[:3] == ["data.x", "data.edge_index", "lin"]


def test_a_network_that_is_given_nothing_is_shown_all_the_same() -> None:
    net = OfNothing()
    with bv.record(net) as recorded:
        net().backward()
    recording = recorded.recording
    assert recording.input is None
    assert [layer.name for layer in recording.layers.layers][:1] == ["lin"]
