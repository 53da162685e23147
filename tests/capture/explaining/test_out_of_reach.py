"""What is at the border of the engine: tables that are renormed, torch.func, complex numbers."""

import copy
import math
import random
from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn
from torch.func import functionalize, grad, hessian, jacfwd, jacrev, jvp, vjp, vmap

import backprop_viz as bv
from backprop_viz.capture.checks.loss_along import LossAlong
from backprop_viz.capture.explaining.explainer import Explainer
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.trace.phases import Phase
from tests.capture.explaining.checks import faults, numbers_of
from tests.capture.recorded_nets import Applied, recorded_net
from tests.nightly import by_day_every
from tests.recording.streams import through_stream


@pytest.mark.parametrize("norm_type", [2.0, 1.0])
def test_a_row_of_an_embedding_that_is_too_long_is_seen_to_shrink(norm_type: float) -> None:
    torch.manual_seed(0)
    table = nn.Embedding(5, 3, max_norm=0.9, norm_type=norm_type)
    with torch.no_grad():
        table.weight[1] *= 0.1
    before = table.weight.detach().double()
    tokens = torch.tensor([[0, 1], [1, 3]])
    recording = recorded_net(nn.Sequential(table), tokens)
    explainer = Explainer(recording)
    made = next(i for i, e in enumerate(recording.events) if e.op == "embedding")
    changed = next(i for i, e in enumerate(recording.events) if e.op == "changed")
    norms = before.norm(norm_type, dim=1)
    for place, row in (((0, 0), 0), ((1, 0), 1), ((1, 1), 3)):
        scale = min(1.0, 0.9 / (float(norms[row]) + 1e-7))
        tensor = recording.events[made].output_ids[0]
        assert tensor is not None
        found = explainer.explain(Number(tensor, (*place, 2), made))
        assert found.total == pytest.approx(float(before[row, 2]) * scale, rel=1e-12)
        assert list(faults(recording, found)) == []
        told = [fact.values for fact in found.facts if fact.code == "row_renormed"]
        expected = [] if scale == 1 else [(pytest.approx(float(norms[row])), 0.9, scale)]
        assert told == expected
    # The table itself, rows that were looked up and one that was not.
    after = recording.events[changed].output_ids[0]
    assert after is not None
    for row in (0, 1, 2, 3):
        found = explainer.explain(Number(after, (row, 1), changed))
        assert found.reason is None
        assert found.total == pytest.approx(float(table.weight[row, 1].detach()), rel=1e-6)
        (part,) = found.parts
        assert part.factors[0].values == [float(before[row, 1])]


def _penalty(w: Tensor, x: Tensor) -> Tensor:
    x = x.clone().requires_grad_()
    return torch.autograd.grad((x * w).tanh().sum(), x, create_graph=True)[0]


TRANSFORMED: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "autograd.grad": lambda w, x: torch.autograd.grad(((x * w) ** 3).sum(), w, create_graph=True)[
        0
    ],
    "gradient of the input": _penalty,
    "vmap": lambda w, x: vmap(lambda a: (a * w).sum())(x),
    "vmap that writes": lambda w, x: vmap(lambda a: (a * w).add_(1).mul_(w).sum())(x),
    "vmap, linear": lambda w, x: vmap(lambda a: F.linear(a, w[None], w[:1]))(x),
    "vmap, softmax": lambda w, x: vmap(lambda a: F.softmax(a * w, -1), out_dims=1)(x),
    "vmap of vmap": lambda w, x: vmap(vmap(torch.exp))(x * w),
    "vmap that draws": lambda w, x: vmap(lambda a: F.dropout(a * w), randomness="different")(x),
    "func.grad": lambda w, x: grad(lambda a: ((a * w) ** 3).sum())(x),
    "vmap of grad": lambda w, x: vmap(grad(lambda a: ((a * w) ** 3).sum()))(x),
    "of each sample": lambda w, x: vmap(grad(lambda v, a: (a @ v).sigmoid()), (None, 0))(w, x),
    "vjp": lambda w, x: vjp(lambda a: (a * w).sin(), x)[1](x)[0],
    "functionalize": lambda w, x: functionalize(lambda a: (a * w).add_(1).sin())(x),
    "jacrev": lambda w, x: jacrev(lambda a: (a * w).tanh())(x[0]),
    "hessian": lambda w, x: hessian(lambda a: ((a * w) ** 3).sum())(x[0]),
    "jvp": lambda w, x: jvp(lambda a: (a * w) ** 2, (x,), (torch.ones(3, 4),))[1],
    "jacfwd": lambda w, x: jacfwd(lambda a: (a * w).tanh())(x[0]),
}
# Forward mode multiplies by nothing, of which autograd has a node and no operation was run.
ZEROS = {"hessian": {"unrecorded_node"}}
ALWAYS = {"constant", "drawn"}


@pytest.mark.parametrize("name", by_day_every(3, list(TRANSFORMED)))
@pytest.mark.filterwarnings("ignore:.*torch.jit.script:DeprecationWarning")
def test_what_a_transform_of_functions_comes_down_to_has_terms(name: str) -> None:
    """The operations below it are recorded; the gradients are torch's."""
    torch.manual_seed(1)
    weight, x = torch.randn(4), torch.randn(3, 4)
    drawn = torch.get_rng_state()
    recording = through_stream(recorded_net(Applied(weight.clone(), TRANSFORMED[name]), x))
    torch.set_rng_state(drawn)
    plain = weight.clone().requires_grad_()
    (TRANSFORMED[name](plain, x) ** 2).sum().backward()
    found_grad = recording.at(len(recording.events)).last("weight", Phase.BACKWARD)
    assert found_grad is not None
    assert plain.grad is not None
    assert torch.equal(torch.from_numpy(found_grad.outputs[0].copy()), plain.grad)
    explainer, reasons = Explainer(recording), set()
    for number in numbers_of(recording, random.Random(0)):
        found = explainer.explain(number)
        assert list(faults(recording, found)) == []
        if found.reason is not None:
            reasons.add(found.reason.code)
    assert reasons - ALWAYS == ZEROS.get(name, set())


def test_a_loop_records_what_vmap_comes_down_to_and_leaves_torch_as_it_was() -> None:
    level = torch._functorch.vmap.vmap_increment_nesting
    torch.manual_seed(1)
    weight, x = torch.randn(4), torch.randn(3, 4)
    net = Applied(weight.clone(), TRANSFORMED["of each sample"])
    with bv.record(net, torch.optim.SGD(net.parameters(), 0.1)) as recorded:
        (net(x) ** 2).sum().backward()
    plain = weight.clone().requires_grad_()
    (TRANSFORMED["of each sample"](plain, x) ** 2).sum().backward()
    assert net.weight.grad is not None
    assert plain.grad is not None
    assert torch.equal(net.weight.grad, plain.grad)
    assert torch._functorch.vmap.vmap_increment_nesting is level
    explainer = Explainer(recorded.recording)
    for number in numbers_of(recorded.recording, random.Random(0)):
        reason = explainer.explain(number).reason
        assert reason is None or reason.code in ALWAYS, number


def _distance(a: Tensor, b: Tensor) -> Tensor:
    return (a - b).abs().sum(1)


def _scaled(
    out: Tensor,
    x: Tensor,
    scale: float,
    function: Callable[[Tensor], Tensor],
    options: dict[str, int],
) -> Tensor:
    return (function(out) - function(x)).pow(2).mean() * scale + options["shift"]


GIVEN_FUNCTIONS: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "a distance": lambda out, x: nn.TripletMarginWithDistanceLoss(
        distance_function=_distance, margin=9.0
    )(out, x, x.flip(0)),
    "a module, swapped": lambda out, x: F.triplet_margin_with_distance_loss(
        out, x, x.flip(0), distance_function=nn.PairwiseDistance(), swap=True, margin=9.0
    ),
    "none": lambda out, x: nn.TripletMarginWithDistanceLoss(margin=9.0)(out, x, x.flip(0)),
    "one's own": lambda out, x: _scaled(out, x, 0.5, torch.tanh, {"shift": 1}),
}


@pytest.mark.parametrize("name", GIVEN_FUNCTIONS)
def test_a_loss_that_is_given_a_function_has_terms_down_to_the_weights(name: str) -> None:
    torch.manual_seed(0)
    net, x = nn.Linear(4, 4), torch.randn(3, 4)
    plain = copy.deepcopy(net)
    loss = GIVEN_FUNCTIONS[name](plain(x), x)
    loss.backward()
    optimizer = torch.optim.SGD(net.parameters(), 0.1)
    with bv.record(net, optimizer) as recorded:
        GIVEN_FUNCTIONS[name](net(x), x).backward()
        optimizer.step()
    recording = recorded.recording
    assert recording.loss == loss.item()
    assert plain.weight.grad is not None
    assert net.weight.grad is not None
    assert torch.equal(net.weight.grad, plain.weight.grad)
    explainer = Explainer(recording)
    for number in numbers_of(recording, random.Random(0)):
        found = explainer.explain(number)
        assert found.reason is None, (found.op, found.reason)
        assert list(faults(recording, found)) == []
    along = LossAlong(recording, Number(recording.by_parameter["weight"].value_id, (1, 2)))
    assert along.gradient() == pytest.approx(float(plain.weight.grad[1, 2]), rel=1e-5)


def test_an_error_in_a_function_that_a_loss_is_given_is_that_of_the_loss() -> None:
    def broken(a: Tensor, b: Tensor) -> Tensor:
        return a @ b

    net, x = nn.Linear(4, 4), torch.randn(3, 4)
    with (
        pytest.raises(RuntimeError, match="shapes cannot be multiplied"),
        bv.record(net, torch.optim.SGD(net.parameters(), 0.1)),
    ):
        F.triplet_margin_with_distance_loss(net(x), x, x, distance_function=broken)


class Sorted(nn.Module):
    """Weighs each number by its place among those of its sample."""

    def __init__(self) -> None:
        super().__init__()
        self.weigh = nn.Linear(3, 3)

    def forward(self, x: Tensor) -> Tensor:
        weighed = self.weigh(x)
        return weighed * weighed.sort(1).indices


def test_where_no_sum_is_made_nothing_is_left_over() -> None:
    recording = recorded_net(Sorted(), torch.randn(5, 3))
    event = next(i for i, e in enumerate(recording.events) if e.op == "sort")
    places = recording.events[event].outputs[1]
    assert places is not None
    found = recording.explain(event, 1, (0, 0))
    assert found.value == places[0, 0]
    assert found.reason is not None
    assert math.isnan(found.residual)
    assert recording.explain(event, 0, (0, 0)).residual == 0


@pytest.mark.filterwarnings("ignore:Sparse invariant checks")
def test_a_gradient_without_terms_is_not_said_to_be_0() -> None:
    """torch's backward of a sparse tensor from its values is not followed."""
    torch.manual_seed(1)
    places = torch.tensor([[0, 1, 2], [1, 2, 0]])
    net = Applied(torch.randn(3), lambda w, x: torch.sparse_coo_tensor(places, w, (3, 4)) @ x.T)
    recording = recorded_net(net, torch.randn(3, 4))
    at = next(i for i, e in enumerate(recording.events) if e.op.startswith("SparseCoo"))
    sent = recording.events[at].output_ids[0]
    assert sent is not None
    found = Explainer(recording).explain(Number(sent, (1,), at))
    assert found.value != 0
    assert found.reason is not None
    assert found.reason.code == "does_not_close"
    assert list(faults(recording, found)) == []


@pytest.mark.parametrize(
    "summed",
    [
        lambda w: torch.sparse.sum(w.to_sparse()),
        lambda w: torch.sparse.sum(w.to_sparse(), dim=1, dtype=torch.float64).to_dense().sum(),
    ],
)
def test_what_a_sparse_sum_does_inside_is_said_to_be_its_own(
    summed: Callable[[Tensor], Tensor],
) -> None:
    """Nothing of torch.func has made the nodes: the sum's operation makes several."""
    torch.manual_seed(1)
    recording = recorded_net(Applied(torch.randn(3, 4), lambda w, x: summed(w)), torch.ones(2))
    graph = recording.graph
    inner = [
        (i, event)
        for i, event in enumerate(recording.events)
        if event.phase is bv.Phase.BACKWARD
        and event.node is not None
        and graph.nodes[event.node].key in ("_sparse_sum 1", "_sparse_sum 1/1")
    ]
    assert len(inner) == 2
    reasons = [
        found.reason
        for found in (recording.explain(i, 0, (0,) * e.outputs[0].ndim) for i, e in inner)
    ]
    assert [(one.code, one.values[1:]) for one in reasons if one] == [
        ("inner_node", ("_sparse_sum",))
    ]


def test_what_is_drawn_of_nothing_says_so() -> None:
    torch.manual_seed(1)
    recording = recorded_net(Applied(torch.randn(4), lambda w, x: w * torch.rand(4)), torch.ones(2))
    at = next(i for i, e in enumerate(recording.events) if e.op == "rand")
    made = recording.events[at].output_ids[0]
    assert made is not None
    found = Explainer(recording).explain(Number(made, (0,), at))
    assert found.reason is not None
    assert found.reason.code == "drawn"
