"""Of each node it is told what torch had saved there as the backward began, and nothing else."""

from collections.abc import Callable, Iterator

import pytest
import torch
from torch import Tensor, nn
from torch.autograd.graph import Node
from torch.autograd.graph import saved_tensors_hooks as packing

import backprop_viz as bv

# torch tells whether hooks have packed what a node has saved.
tells_of_hooks = pytest.mark.skipif(
    not hasattr(torch._C._autograd.SavedTensor, "unpack_hook"), reason="this torch does not tell"
)
# The name, the shape and the bytes of each tensor.
Told = list[tuple[str, tuple[int, ...], int]]
Loss = Callable[[nn.Module, Tensor], Tensor]


def nodes_behind(root: Node | None) -> Iterator[Node]:
    """The nodes, nearest first."""
    assert root is not None
    found = [root]
    for node in found:
        yield node
        for to, _ in node.next_functions:
            if to is not None and to not in found:
                found.append(to)


def saved_at(node: Node) -> Told:
    """What a node has saved that no hooks have packed, asked of it alone."""
    told: Told = []
    for name in dir(node):
        if name.startswith("_saved_"):
            value = getattr(node, name)
            values = value if isinstance(value, list | tuple) else [value]
            tensors = [one for one in values if isinstance(one, Tensor)]
            if f"_raw{name}" in dir(node):
                told += [(name[7:], tuple(one.shape), bytes_of(one)) for one in tensors]
    return told


def bytes_of(tensor: Tensor) -> int:
    if tensor.layout is torch.sparse_csr:
        parts = tensor.values(), tensor.crow_indices(), tensor.col_indices()
        return sum(part.nbytes for part in parts)
    return tensor.nbytes


def saved_in(recording: bv.Recording) -> list[tuple[str, Told]]:
    return [
        (node.name, [(one.name, one.shape, one.bytes) for one in node.saved])
        for node in recording.graph.nodes
    ]


def layers(net: nn.Module, x: Tensor) -> Tensor:
    """The first layer's input needs no gradient: of its weight nothing is saved."""
    return net(x).square().mean()  # type: ignore[no-any-return]


def indexed(net: nn.Module, x: Tensor) -> Tensor:
    """A node keeps its indices in a list, some of them none."""
    y = net(x)
    first, second = y[torch.tensor([0, 2])], y[:, torch.tensor([1, 0, 1])]
    return first.exp().sum() + second.exp().sum() + y.double().exp().sum()


def sparse(net: nn.Module, x: Tensor) -> Tensor:
    """One node of a type keeps a sparse tensor, another one a dense one."""
    rows = torch.eye(len(x)).to_sparse_csr()
    return (torch.mm(rows, net(x)) + torch.mm(torch.eye(len(x)), net(x))).sum()


@pytest.mark.filterwarnings("ignore:Sparse CSR")
@pytest.mark.parametrize("loss_of", [layers, indexed, sparse])
def test_it_is_what_each_node_tells_by_itself(loss_of: Loss) -> None:
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 4), nn.Tanh(), nn.Linear(4, 2))
    x = torch.randn(5, 3)
    plain = [(n.name().split("::")[-1], saved_at(n)) for n in nodes_behind(loss_of(net, x).grad_fn)]
    assert sum(len(told) for _, told in plain) > 6
    with bv.record(net) as recorded:
        loss_of(net, x).backward()
    assert saved_in(recorded.recording) == plain


@tells_of_hooks
def test_of_many_nodes_one_may_have_what_a_hook_has_packed() -> None:
    net, calls = nn.Sequential(nn.Linear(3, 4), nn.Linear(4, 2)), []

    def unpacked(packed: Tensor) -> Tensor:
        calls.append(packed)
        return packed

    with bv.record(net) as recorded:
        hidden = net[0](torch.ones(2, 3)).tanh()
        with packing(lambda tensor: tensor[:1].clone(), lambda one: unpacked(one).expand(2, 4)):
            hidden = hidden.tanh().tanh()
        net[1](hidden.tanh()).sum().backward()
    tanh = [told for name, told in saved_in(recorded.recording) if name == "TanhBackward0"]
    whole, packed = [("result", (2, 4), 32)], [("result", (1, 4), 16)]
    assert tanh == [whole, packed, packed, whole]
    assert len(calls) == 2  # by the backward


@tells_of_hooks
def test_a_hook_at_a_saved_tensor_alone_is_called_by_the_backward_alone() -> None:
    net, calls = nn.Linear(3, 4), []

    def unpacked(packed: Tensor) -> Tensor:
        calls.append(packed)
        return packed.expand(2, 4)

    with bv.record(net) as recorded:
        last = net(torch.ones(2, 3)).tanh().tanh()
        assert last.grad_fn is not None
        last.grad_fn._raw_saved_result.register_hooks(lambda one: one[:1].clone(), unpacked)
        last.sum().backward()
    assert len(calls) == 1
    tanh = [told for name, told in saved_in(recorded.recording) if name == "TanhBackward0"]
    assert tanh == [[("result", (1, 4), 16)], [("result", (2, 4), 32)]]


def test_what_a_backward_has_freed_before_is_not_there() -> None:
    weight = nn.Parameter(torch.ones(3))
    net = nn.ParameterList([weight])
    before = weight.tanh()
    before.sum().backward()
    with bv.record(net) as recorded:
        loss = (before.tanh() * weight.tanh()).sum()
        with pytest.raises(RuntimeError, match="second time"):
            loss.backward()
    tanh = [told for name, told in saved_in(recorded.recording) if name == "TanhBackward0"]
    assert sorted(map(len, tanh)) == [0, 1, 1]
