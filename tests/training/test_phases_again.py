"""An iteration that is begun again, a phase that is run again, and what a plain loop would have."""

from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn

import backprop_viz as bv
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.training.state.state_backup import StateBackup
from tests.training.test_trainer import digits


class FailsOnce(nn.Module):
    """Draws random numbers, and then raises the first time."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.failing = nn.Linear(1024, 10), True

    def forward(self, x: Tensor) -> Tensor:
        found = nn.functional.dropout(self.first(x.flatten(1)))
        if self.failing:
            self.failing = False
            raise RuntimeError("this forward fails")
        return found


def test_after_a_failing_forward_the_same_numbers_are_drawn_again() -> None:
    trainer = bv.Trainer(digits(), model=FailsOnce(), seed=3)
    trainer.step()
    with pytest.raises(RuntimeError, match="this forward fails"):
        trainer.forward()
    assert trainer.phase == "forward"
    outside = torch.get_rng_state()
    torch.manual_seed(3)
    expected = trainer.model(trainer.batch[0])
    torch.set_rng_state(outside)
    assert torch.equal(trainer.forward(), expected)


def weights_of(trainer: bv.Trainer) -> list[bytes]:
    return [p.detach().numpy().tobytes() for p in trainer.model.parameters()]


def gradients(trainer: bv.Trainer) -> list[bytes | None]:
    grads = [p.grad for p in trainer.model.parameters()]
    return [None if grad is None else grad.numpy().tobytes() for grad in grads]


@pytest.mark.parametrize("phases", range(5))
@pytest.mark.parametrize(("to_none", "clear"), [(True, True), (False, True), (True, False)])
def test_an_iteration_begun_again_has_the_gradients_of_its_start(
    phases: int, to_none: bool, clear: bool
) -> None:
    trainer = bv.Trainer(digits(), batch_size=4, set_to_none=to_none, clear_gradients=clear)
    trainer.iterate()
    before = gradients(trainer)
    assert all(before)
    for _ in range(phases):
        trainer.step()
    trainer.restart_iteration()
    assert trainer.phase is Phase.ZERO_GRAD
    assert gradients(trainer) == before


def test_weights_that_are_updated_by_hand_follow_the_schedule() -> None:
    options = {"step_size": 2, "gamma": 0.5}
    trainer = bv.Trainer(
        *("random", "mse", "manual", 0.1, 1), schedule="step", schedule_options=options
    )
    for iteration in range(5):
        for _ in range(4):
            trainer.step()
        before = [p.detach().clone() for p in trainer.model.parameters()]
        grads = [p.grad.clone() for p in trainer.model.parameters() if p.grad is not None]
        trainer.step()
        for weight, grad, parameter in zip(before, grads, trainer.model.parameters(), strict=True):
            assert torch.equal(parameter, weight - grad * (0.1 * 0.5 ** (iteration // 2)))


@pytest.mark.parametrize("form", ["single", "unsqueezed"])
def test_of_one_sample_of_a_batch_one_label_counts(form: str) -> None:
    model = nn.Sequential(nn.Flatten(-3), nn.Linear(1024, 10))
    trainer = bv.Trainer(digits(), model=model, batch_size=64, input_form=form)
    found = trainer.iterate()
    assert trainer.labels.shape == (1,)
    assert found.accuracy in (0.0, 1.0)


def test_what_fails_on_the_way_back_leaves_the_run_as_it_was() -> None:
    def make() -> bv.Trainer:
        torch.manual_seed(0)
        model = nn.Sequential(nn.Flatten(), nn.Dropout(0.5), nn.Linear(1024, 10))
        return bv.Trainer(digits(), model=model, optimizer="adam", batch_size=32)

    def fail(trainer: bv.Trainer) -> None:
        with trainer.undone_if_it_fails():
            trainer.restore(start)
            trainer.iterate()
            raise RuntimeError("on purpose")

    plain, trainer = make(), make()
    losses = [plain.iterate().loss for _ in range(8)]
    start = trainer.checkpoint()
    found = [trainer.iterate().loss for _ in range(4)]
    with pytest.raises(RuntimeError, match="on purpose"):
        fail(trainer)
    assert found + [trainer.iterate().loss for _ in range(4)] == losses


@pytest.mark.parametrize(("to_none", "clear"), [(True, False), (False, True)])
def test_gradients_that_are_gone_back_to_stay_as_they_were(to_none: bool, clear: bool) -> None:
    """Backward adds to them in place, or zero_grad fills them with 0."""
    trainer = bv.Trainer(digits(), batch_size=4, set_to_none=to_none, clear_gradients=clear)
    trainer.iterate()
    start, before = trainer.checkpoint(), gradients(trainer)
    for _ in range(2):
        trainer.iterate()
        trainer.restore(start)
        assert gradients(trainer) == before


def test_what_fails_leaves_the_gradients_that_a_restart_goes_back_to() -> None:
    def fail(trainer: bv.Trainer) -> None:
        with trainer.undone_if_it_fails():
            trainer.restart_iteration()
            trainer.iterate()
            raise RuntimeError("on purpose")

    trainer = bv.Trainer(digits(), batch_size=4, clear_gradients=False)
    trainer.iterate()
    before = gradients(trainer)
    trainer.step()
    trainer.step()
    with pytest.raises(RuntimeError, match="on purpose"):
        fail(trainer)
    trainer.restart_iteration()
    assert gradients(trainer) == before


@pytest.mark.parametrize("phases", range(5))
def test_another_form_of_the_input_counts_until_forward_has_run(phases: int) -> None:
    settings = Settings(data="random", loss="mse", batch_size=4)
    trainer = bv.Trainer.from_settings(settings)
    for _ in range(phases):
        trainer.step()
    trainer.take_over(replace(settings, input_form="unsqueezed"))
    assert len(trainer.batch[0]) == (1 if phases < 2 else 4)
    trainer.iterate()
    trainer.step()
    assert len(trainer.batch[0]) == 1


@pytest.mark.parametrize("phases", [0, 1, 2, 4])  # a graph goes backward once
@pytest.mark.parametrize(("to_none", "clear"), [(True, True), (False, True), (True, False)])
def test_a_phase_after_which_something_fails_is_undone(
    phases: int, to_none: bool, clear: bool
) -> None:
    def make() -> bv.Trainer:
        options = {"set_to_none": to_none, "clear_gradients": clear}
        return bv.Trainer(digits(), optimizer="adam", batch_size=4, seed=3, **options)

    def fail(trainer: bv.Trainer) -> None:
        with trainer.undone_if_it_fails():
            trainer.step()
            raise RuntimeError("on purpose")

    plain, trainer = make(), make()
    losses = [plain.iterate().loss for _ in range(4)]
    found = [trainer.iterate().loss]
    for _ in range(phases):
        trainer.step()
    before, weights = gradients(trainer), weights_of(trainer)
    with pytest.raises(RuntimeError, match="on purpose"):
        fail(trainer)
    assert gradients(trainer) == before
    assert weights_of(trainer) == weights
    assert found + [trainer.iterate().loss for _ in range(3)] == losses


def test_a_backup_has_buffers_and_tells_zero_from_minus_zero() -> None:
    net = nn.BatchNorm1d(3)
    with torch.no_grad():
        net.bias.copy_(torch.zeros(3))
    before = {name: tensor.numpy().tobytes() for name, tensor in net.state_dict().items()}
    backup = StateBackup(net, None)
    net(torch.randn(4, 3))
    with torch.no_grad():
        net.bias.neg_()
    changed = {name: tensor.numpy().tobytes() for name, tensor in net.state_dict().items()}
    assert [name for name in before if before[name] != changed[name]] == [
        *("bias", "running_mean", "running_var", "num_batches_tracked")
    ]
    backup.put_back()
    found = {name: tensor.numpy().tobytes() for name, tensor in net.state_dict().items()}
    assert found == before
