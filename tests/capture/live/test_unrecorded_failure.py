"""An iteration that raised unrecorded says what it can: the tensors, the node, the weights left."""

import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

import backprop_viz as bv
from backprop_viz.recording.iteration import Recording

HERE = Path(__file__).name


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first, self.last = nn.Linear(4, 5), nn.Linear(5, 2)

    def forward(self, x: Tensor, spoilt: bool) -> Tensor:
        h = torch.sigmoid(self.first(x))
        if spoilt:
            h.mul_(2)
        return self.last(h)


def train(net: Net, optimizer: torch.optim.Optimizer, fault: str) -> None:
    """Train; in the third iteration something raises."""
    torch.manual_seed(3)
    kept = None
    for i in range(1, 4):
        x = torch.randn(8, 3 if i == 3 and fault == "input" else 4)
        y = torch.randn(8, 3 if i == 3 and fault == "target" else 2)
        optimizer.zero_grad()
        out = net(x, i == 3 and fault.startswith("in place"))
        if i == 3 and kept is not None:
            out = out + kept
        kept = out.mean() if fault == "kept" else None
        loss = (out - y).square().mean()
        if i == 3 and fault == "detached":
            loss = loss.detach()
        try:
            loss.backward()
        except RuntimeError as error:
            if fault == "in place, in older words":
                error.args = (str(error).replace(" of Sigmoid,", " of SigmoidBackward0,"),)
            raise
        optimizer.step()


def left(fault: str, folder: Path) -> tuple[Recording, Net]:
    """What is recorded of a training of which every hundredth iteration is; and the model."""
    torch.manual_seed(0)
    net = Net()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    file = folder / "run.bprec"
    with pytest.raises(RuntimeError), bv.watch(net, optimizer, file, every=100):
        train(net, optimizer, fault)
    with bv.load(file) as loaded:
        (recording,) = loaded
    return recording, net


def line_of(text: str) -> str:
    source = Path(__file__).read_text("utf-8").splitlines()
    return f"{HERE}:{1 + next(i for i, line in enumerate(source) if line.strip() == text)}"


LOSS, BACKWARD = line_of("loss = (out - y).square().mean()"), line_of("loss.backward()")
SAID = {
    "input": (
        "linear was given input 8×3, first.weight 5×4, first.bias 5.",
        f"Raised at {line_of('h = torch.sigmoid(self.first(x))')}.",
    ),
    "target": (
        "loss = (out - y).square().mean() was given out 8×2, y 8×3.",
        f"Raised at {LOSS}.",
    ),
    "in place": (
        "The output of Sigmoid, 8×5, was changed in place, but SigmoidBackward0 needs it as it "
        "was.",
        f"Raised at {BACKWARD}.",
    ),
    "kept": (
        "Backward came to AddmmBackward0 a second time; the first backward freed what it had "
        "saved.",
        "The graph was made in the iteration before.",
        f"Raised at {BACKWARD}.",
    ),
    "detached": (
        "Backward starts from a tensor, (), which has no graph: it was detached, computed under "
        "torch.no_grad(), or made from nothing that requires a gradient.",
        f"Raised at {BACKWARD}.",
    ),
}
SAID["in place, in older words"] = SAID["in place"]  # of torch 2.8, which names the node


@pytest.mark.parametrize("fault", SAID)
def test_what_raised_is_explained(fault: str, tmp_path: Path) -> None:
    recording, _ = left(fault, tmp_path)
    assert (recording.iteration, recording.events) == (3, ())
    said = str(recording.error).splitlines()[1:]
    assert tuple(said[: len(SAID[fault])]) == SAID[fault]
    assert [finding.code for finding in recording.findings()] == ["raised"]


def test_the_weights_and_gradients_are_as_they_were_left(tmp_path: Path) -> None:
    recording, net = left("target", tmp_path)
    for name, parameter in net.named_parameters():
        kept = recording.by_parameter[name]
        assert kept.value.tobytes() == parameter.detach().numpy().tobytes()
        assert (kept.grad is None) == (parameter.grad is None)


def says(loss: Tensor) -> None:
    raise ValueError(f"{loss} is too large")


def asserts(loss: Tensor) -> None:
    assert loss < 0, "too large"


def reads(loss: Tensor) -> None:
    json.loads(f"{loss}!")


@pytest.mark.parametrize("raises", [says, asserts, reads])
def test_an_exception_of_the_loops_own_leaves_no_recording(
    raises: Callable[[Tensor], None], tmp_path: Path
) -> None:
    """Its line may name a tensor, too: that is not torch's exception."""
    net = Net()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    file = tmp_path / "run.bprec"
    own = suppress(ValueError, AssertionError)
    with own, bv.watch(net, optimizer, file, every=100):
        loss = net(torch.randn(2, 4), False).square().sum()
        loss.backward()
        optimizer.step()
        raises(loss)
    with bv.load(file) as loaded:
        assert list(loaded) == []
