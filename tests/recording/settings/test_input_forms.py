"""The input with and without its batch dimension; what torch says is torch's."""

import pytest
import torch
from torch import nn

import backprop_viz as bv
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.training.script.program_text import program


def said_by_torch(x: torch.Tensor) -> str:
    torch.manual_seed(0)
    with pytest.raises(RuntimeError) as refused:
        bv.LeNet()(x)
    return str(refused.value)


@pytest.mark.parametrize("size", [1, 3])
def test_without_its_batch_dimension_the_net_refuses_the_input(size: int) -> None:
    trainer = bv.Trainer("random", "mse", batch_size=size, input_form="single")
    trainer.zero_grad()
    assert trainer.batch[0].shape == (1, 32, 32)
    before = {name: p.clone() for name, p in trainer.model.named_parameters()}
    for _ in range(2):
        with pytest.raises(RuntimeError) as refused:
            trainer.forward()
        assert str(refused.value) == said_by_torch(torch.randn(1, 32, 32))
        assert trainer.phase is Phase.FORWARD
        assert trainer.output is None
    for name, parameter in trainer.model.named_parameters():
        assert torch.equal(parameter, before[name])


@pytest.mark.parametrize("loss", ["mse", "cross_entropy"])
@pytest.mark.parametrize("data", ["random", "strokes"])
def test_unsqueezed_is_the_first_input_as_a_batch_of_one(data: str, loss: str) -> None:
    trainer = bv.Trainer(data, loss, batch_size=3, input_form="unsqueezed", lr=0.01)
    plain = bv.Trainer(data, loss, batch_size=3, lr=0.01)
    x, y = plain.batch
    net = bv.LeNet()
    net.load_state_dict(plain.model.state_dict())
    out = net(x[0].unsqueeze(0))
    criterion = nn.MSELoss() if loss == "mse" else nn.CrossEntropyLoss()
    wanted = criterion(out, y[0].unsqueeze(0))
    assert trainer.iterate().loss == wanted.item()


def test_the_form_can_be_changed_after_the_error() -> None:
    """What unsqueeze mends goes on as the run that never had the error."""
    settings = Settings(data="random", loss="mse", batch_size=1, lr=0.01)
    trainer = bv.Trainer.from_settings(settings)
    trainer.take_over(Settings(**{**_as_dict(settings), "input_form": "single"}))
    trainer.zero_grad()
    with pytest.raises(RuntimeError, match="mat1 and mat2 shapes cannot be multiplied"):
        trainer.forward()
    trainer.take_over(Settings(**{**_as_dict(settings), "input_form": "unsqueezed"}))
    losses = [trainer.iterate().loss for _ in range(3)]
    untouched = bv.Trainer.from_settings(settings)
    assert losses == [untouched.iterate().loss for _ in range(3)]


def test_a_net_that_takes_one_input_is_trained_on_it() -> None:
    class Flat(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.out = nn.Linear(1024, 10)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.out(x.reshape(-1))

    net = Flat()
    torch.manual_seed(5)
    x, y = torch.randn(2, 1, 32, 32)[0], torch.randn(2, 10)[0]
    with torch.no_grad():
        wanted = nn.MSELoss()(net(x), y).item()
    trainer = bv.Trainer("random", "mse", batch_size=2, seed=5, model=net, input_form="single")
    assert (trainer.batch[0].shape, trainer.batch[1].shape) == ((1, 32, 32), (10,))
    assert trainer.iterate().loss == wanted


def test_an_unknown_form_is_refused() -> None:
    with pytest.raises(ValueError, match="input_form must be one of batch, single, unsqueezed"):
        bv.Trainer("random", input_form="flat")


def test_the_program_shows_the_form() -> None:
    net = bv.LeNet()

    def loop(form: str) -> list[str]:
        lines = program(Settings(data="random", loss="mse", input_form=form), net).lines
        return [line.text.strip() for line in lines[: [x.text for x in lines].index("")]]

    assert "out = net(x)" in loop("batch")
    assert loop("single")[1] == "x, y = x[0], y[0]"
    assert "out = net(x)" in loop("single")
    assert loop("unsqueezed")[1] == "x, y = x[0], y[0]"
    assert "out = net(x.unsqueeze(0))" in loop("unsqueezed")
    assert "loss = criterion(out, y.unsqueeze(0))" in loop("unsqueezed")


def _as_dict(settings: Settings) -> dict[str, object]:
    return {name: getattr(settings, name) for name in Settings.__slots__}
