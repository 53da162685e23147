"""Recorded calls made again in float64, and the loss along one number."""

import copy
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

import backprop_viz as bv
from backprop_viz.capture.checks.loss_along import LossAlong
from backprop_viz.capture.explaining.replay import NotReplayed, followed_ids, replayed
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.iteration import Recording
from tests.capture.recorded_nets import Applied, recorded_net
from tests.capture.test_generated_nets import OnlyOneGradient
from tests.nightly import by_day_every
from tests.recording.streams import through_stream

Function = Callable[[Tensor, Tensor], Tensor]
FUNCTIONS: dict[str, Function] = {
    "dropout": lambda w, x: F.dropout(w * x, 0.5),
    "dropout, twice in place": lambda w, x: F.dropout(
        F.dropout(w * x, 0.3, inplace=True), 0.3, inplace=True
    ).sin(),
    "rrelu": lambda w, x: F.rrelu(w * x, training=True),
    "attention": lambda w, x: F.scaled_dot_product_attention(w, x, w, dropout_p=0.4),
    "batch norm": lambda w, x: F.batch_norm(
        w * x, torch.zeros_like(x[0]), torch.ones_like(x[0]), training=True, momentum=0.5
    ),
    "relu in place": lambda w, x: (w * x).relu_() + w,
    "added in place": lambda w, x: (w * x).add_(w).mul_(x),
    "half and back": lambda w, x: (w * x).to(torch.float32).float() @ x.t(),
    "indices": lambda w, x: w[:, [0, 2]] * x[..., 1:3],
    "two outputs": lambda w, x: torch.cat([*w.sort(dim=1)[:1], *x.chunk(2)]),
    "lists": lambda w, x: torch.einsum("ij,kj->ik", w, torch.stack([x, w])[0]),
}


def net_of(function: Function) -> tuple[nn.Module, Tensor]:
    torch.manual_seed(1)
    return Applied(torch.randn(3, 4), function), torch.randn(3, 4)


def weight_of(recording: Recording) -> int:
    return recording.by_parameter["weight"].value_id


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_call_is_made_again_from_its_record(name: str) -> None:
    recording = through_stream(recorded_net(*net_of(FUNCTIONS[name])))
    followed = followed_ids(recording)
    state = torch.get_rng_state()
    for event in recording.events:
        if event.call is not None:
            again = replayed(event, [i in followed for i in event.input_ids])
            for made, array in zip(again.outputs, event.outputs, strict=True):
                assert made.dtype in (torch.float64, torch.int64)
                assert np.allclose(made.detach().numpy(), array, rtol=1e-5, atol=1e-6)
    assert torch.equal(state, torch.get_rng_state()), "nothing is drawn from the program's numbers"


@pytest.mark.parametrize("name", by_day_every(2, list(FUNCTIONS)))
def test_the_loss_along_a_weight_is_that_of_the_network_in_float64(name: str) -> None:
    net, x = net_of(FUNCTIONS[name])
    state = torch.get_rng_state()
    recording = recorded_net(net, x)
    along = LossAlong(recording, Number(weight_of(recording), (1, 2)))
    wide_net = copy.deepcopy(net).double()
    for moved in (0.0, 0.25, -1.0):
        torch.set_rng_state(state)
        with torch.no_grad():
            wide_net.weight.copy_(net.weight)
            wide_net.weight[1, 2] += moved
        loss = (wide_net(x.double()) ** 2).sum() if name != "half and back" else None
        if loss is not None:
            assert along.loss(along.value + moved) == pytest.approx(loss.item(), rel=1e-12)
    recorded = recording.at(len(recording.events)).grad("weight")[1, 2]
    assert along.gradient() == pytest.approx(recorded, rel=1e-4, abs=1e-6)


@pytest.mark.parametrize("loss", ["cross_entropy", "mse", "output_gradient"])
def test_lenet_agrees_with_finite_differences(loss: str) -> None:
    trainer = bv.Trainer("random", loss, "sgd", lr=0.1, batch_size=4)
    recording = trainer.record()
    end = recording.at(len(recording.events))
    for name, index in (("conv1.bias", (0,)), ("conv2.weight", (3, 1, 2, 2)), ("fc3.bias", (5,))):
        along = LossAlong(recording, Number(recording.by_parameter[name].value_id, index))
        h = 1e-6
        slope = (along.loss(along.value + h) - along.loss(along.value - h)) / (2 * h)
        assert slope == pytest.approx(along.gradient(), rel=1e-5)
        assert along.gradient() == pytest.approx(end.grad(name)[index], rel=1e-4, abs=1e-8)


def test_the_loss_along_an_activation_and_along_a_pixel() -> None:
    trainer = bv.Trainer("random", "mse", "sgd", lr=0.1, batch_size=2)
    recording = trainer.record()
    relu = next(e for e in recording.events if e.op == "relu")
    for tensor in (relu.output_ids[0], recording.input_id):
        index = (1, 0, 9, 9)
        along = LossAlong(recording, Number(tensor, index))
        assert along.loss(along.value) == pytest.approx(recording.loss, rel=1e-6)
        h = 1e-6
        slope = (along.loss(along.value + h) - along.loss(along.value - h)) / (2 * h)
        assert slope == pytest.approx(along.gradient(), rel=1e-4, abs=1e-10)


def test_the_sides_tell_which_units_switch() -> None:
    x = torch.tensor([[-1.0, 2.0, -3.0, 0.5]])

    def function(w: Tensor, x: Tensor) -> Tensor:
        y = F.max_pool1d((w * x)[None], 2)[0]
        return F.relu(y - 1) + y.abs().clamp(max=2.5).sum()

    recording = recorded_net(Applied(torch.ones(1, 4), function), x)
    along = LossAlong(recording, Number(weight_of(recording), (0, 0)))
    runs = [along.run(value) for value in (1.0, 1.1, -0.5, -3.0)]
    ops = {recording.events[key[0]].op: key for key in runs[0].sides}
    assert set(ops) == {"max_pool1d", "relu", "abs", "clamp"}
    codes = [{op: run.sides[key] for op, key in ops.items()} for run in runs]
    for op in ops:
        assert np.array_equal(codes[0][op], codes[1][op])
    # At -0.5 the first window's elements are 0.5 and 2: the same wins. At -3: 3 and 2.
    assert np.array_equal(codes[0]["max_pool1d"], codes[2]["max_pool1d"])
    assert (codes[0]["max_pool1d"] != codes[3]["max_pool1d"]).flatten().tolist() == [True, False]
    assert (codes[0]["clamp"] != codes[3]["clamp"]).tolist() == [[True, False]]


def reason_of(function: Function, samples: int | None = None) -> Any:
    recording = recorded_net(*net_of(function), samples=samples)
    with pytest.raises(NotReplayed) as raised:
        LossAlong(recording, Number(weight_of(recording), (1, 2)))
    return raised.value.reason.code, raised.value.reason.values


def test_why_there_is_no_loss_along_a_number() -> None:
    generator = torch.Generator()
    assert reason_of(lambda w, x: OnlyOneGradient.apply(w, x).sin()) == (
        "custom_function",
        ("OnlyOneGradientBackward",),
    )
    drawn = reason_of(lambda w, x: (w + 0).normal_(generator=generator) + w.sin())
    assert drawn == ("call_not_recorded", ("normal_",))
    assert reason_of(lambda w, x: w.detach() * x * w.new_ones(1).requires_grad_()) == (
        "loss_does_not_depend",
        (),
    )
    assert reason_of(lambda w, x: w * x, samples=1) == ("samples", (1,))


def test_a_call_that_gives_something_else_is_not_passed_off() -> None:
    recording = recorded_net(*net_of(lambda w, x: F.dropout(w * x, 0.5)))
    event = next(e for e in recording.events if e.op == "dropout")

    other = torch.Generator().manual_seed(12345).get_state().numpy().tobytes()
    assert event.call is not None
    wrong = replace(event, call=replace(event.call, random=other))
    with pytest.raises(NotReplayed) as raised:
        replayed(wrong, [True])
    assert raised.value.reason.code == "not_reproduced"
    unknown = replace(event, call=replace(event.call, function="os.system"))
    with pytest.raises(NotReplayed) as raised:
        replayed(unknown, [True])
    assert raised.value.reason.code == "function_not_known"
