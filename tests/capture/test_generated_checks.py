"""Gradient checks of generated networks: of every parameter, and of what operations made."""

import copy
from collections.abc import Iterator

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor
from torch.utils.data import TensorDataset

import backprop_viz as bv
from backprop_viz.capture.checks.gradient_check import CannotCheck, NumberCheck
from backprop_viz.capture.explaining.replay import NotReplayed
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.explanations.number_explanation import GradientCheck
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.phases import Phase
from tests.capture.test_generated_nets import BATCH, Net, drawn_options
from tests.nightly import NIGHTLY, by_day_every

SEEDS, NETS_PER_SEED = by_day_every(7, range(12)), 5 if NIGHTLY else 1
# What the recording of such a network cannot tell; all else is a fault.
REASONS = {
    "loss_does_not_depend",  # the gradient is None
    "is_the_loss",
    "custom_function",
    "gradient_not_reproduced",  # of an activation that is a view and was written to later
    "not_reproduced",
    "no_tensor",
}


def recorded(net: int) -> tuple[Recording, dict[str, Tensor]]:
    """A recording of a generated network, and its float64 copy's gradients in a plain loop."""
    generator = torch.Generator().manual_seed(net)
    x = torch.rand(12, 1, 32, 32, generator=generator)
    data = TensorDataset(x, torch.randint(10, (12,), generator=generator))
    options = drawn_options(net)
    trainer = bv.Trainer(data, model=Net(net), batch_size=BATCH, **options)
    model = copy.deepcopy(trainer.model).double()
    recording = trainer.record()
    torch.set_default_dtype(torch.float64)  # for what the network makes itself
    try:
        output = model(trainer.batch[0].double())
    finally:
        torch.set_default_dtype(torch.float32)
    if options["loss"] == "cross_entropy":
        loss = F.cross_entropy(output, trainer.labels)
    elif options["loss"] == "mse":
        loss = F.mse_loss(output, F.one_hot(trainer.labels, 10).double())
    else:
        arrived = recording.events[recording.ran_at[0]].inputs[0]
        assert arrived is not None
        loss = (output * torch.from_numpy(arrived.copy())).sum()
    loss.backward()
    grads = {n: p.grad for n, p in model.named_parameters() if p.grad is not None}
    return recording, grads


def checks(recording: Recording, numbers: list[Number]) -> Iterator[GradientCheck]:
    """The checks of those numbers of which there is one; the others say why there is none."""
    for number in numbers:
        try:
            check = NumberCheck(recording, number, 1e-6)
        except (NotReplayed, CannotCheck) as none:
            if none.reason.code not in REASONS:
                raise
            continue
        for _ in check.slices():
            pass
        yield check.result()


def agrees(check: GradientCheck) -> bool:
    """Whether the difference quotient is the gradient, to 1e-6, away from kinks."""
    if check.asked_verdict in ("rounding", "switched"):
        return check.verdict in ("correct", "kinks", "zero", "rounding", "on_kink")
    # A quotient of rounded losses has their rounding over h.
    rounding = 64 * np.finfo(float).eps * max(abs(check.loss), 1.0) / check.asked
    off = abs(check.estimates[check.asked_at] - check.exact)
    return bool(off <= 1e-6 * abs(check.exact) + rounding)


@pytest.mark.parametrize("seed", SEEDS)
def test_parameters_of_generated_nets_agree_with_differences_and_a_plain_loop(seed: int) -> None:
    draw = np.random.default_rng(seed)
    done = 0
    for net in range(seed * NETS_PER_SEED, (seed + 1) * NETS_PER_SEED):
        recording, plain = recorded(net)
        for parameter in recording.parameters:
            if not parameter.requires_grad:
                continue
            index = tuple(int(draw.integers(n)) for n in parameter.value.shape)
            for check in checks(recording, [Number(parameter.value_id, index)]):
                assert agrees(check), (net, parameter.name, index, check)
                grad = plain[parameter.name]
                near = 1e-6 * float(grad.abs().max())
                assert check.exact == pytest.approx(float(grad[index]), rel=1e-6, abs=near)
                done += 1
    assert done > NETS_PER_SEED


@pytest.mark.parametrize("seed", SEEDS)
def test_activations_of_generated_nets_agree_with_differences_and_backward(seed: int) -> None:
    draw = np.random.default_rng(seed)
    done = 0
    for net in range(seed * NETS_PER_SEED, (seed + 1) * NETS_PER_SEED):
        recording, _ = recorded(net)
        for i, event in enumerate(recording.events):
            tensor = event.output_ids[0] if event.output_ids else None
            if event.phase not in (Phase.FORWARD, Phase.LOSS) or tensor is None:
                continue
            index = tuple(int(draw.integers(n)) for n in recording.tensors[tensor].shape)
            if recording.tensors[tensor].dtype.kind != "f":
                continue
            for check in checks(recording, [Number(tensor, index, i)]):
                assert agrees(check), (net, event.op, index, check)
                done += 1
    assert done > NETS_PER_SEED
