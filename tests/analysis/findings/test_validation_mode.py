"""A model that is validated in training mode, and what looks like that and is meant."""

from pathlib import Path

import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import nn

from backprop_viz.capture.code.validation_code import validates
from backprop_viz.recording.iteration import Recording
from tests.analysis.findings.broken_loops import X
from tests.analysis.findings.silent_loops import LABELS, validated

JUDGED = {
    "accuracy": "with torch.no_grad():\n    correct += (net(x).argmax(1) == y).sum()",
    "by steps": "with torch.no_grad():\n    out = net(x)\n    pred = out.argmax(1)\n"
    "    right += pred.eq(y).sum().item()",
    "a loss": "with torch.no_grad():\n    for x, y in loader:\n        out = net(x)\n"
    "        total += criterion(out, y).item()",
    "at once": "with torch.inference_mode():\n    total += F.cross_entropy(\n        net(x),\n"
    "        y,\n    )",
    "the model's own loss": "with torch.no_grad():\n    out = net(**batch)\n"
    "    total += out.loss.item()",
    "a function": "@torch.no_grad()\ndef evaluate():\n"
    "    out = net(x)\n    return accuracy(out, y)",
    "seldom": "with torch.no_grad():\n    if epoch % 5 == 0:\n        out = net(x)\n"
    "        print((out.argmax(1) == y).float().mean())",
}
MEANT = {
    "samples of a GAN": "with torch.no_grad():\n    fake = net(noise).cpu()\nimages.append(fake)",
    "statistics of batch norm": "with torch.no_grad():\n    for x in loader:\n        net(x)",
    "Monte Carlo dropout": "with torch.no_grad():\n    drawn = [net(x) for _ in range(20)]\n"
    "    correct = (torch.stack(drawn).mean(0).argmax(1) == y).sum()",
    "a target": "with torch.no_grad():\n    target = r + net(x).max(1)[0]\n"
    "loss = F.mse_loss(q, target)",
    "a teacher": "with torch.no_grad():\n    soft = net(x).softmax(1)\nloss = criterion(out, soft)",
    "with gradients": "correct = (net(x).argmax(1) == y).sum()",
    "another": "with torch.no_grad():\n    mean = net(x).mean()\n    same = epoch == 3",
}


def judged(folder: Path, text: str) -> bool:
    path = folder / "train.py"
    path.write_text(text)
    line = next(
        i for i, one in enumerate(text.splitlines(), 1) if "net(" in one and "def" not in one
    )
    return validates((str(path), line))


@pytest.mark.parametrize("text", JUDGED.values(), ids=JUDGED)
def test_what_is_judged_is_validated(tmp_path: Path, text: str) -> None:
    assert judged(tmp_path, text)


@pytest.mark.parametrize("text", MEANT.values(), ids=MEANT)
def test_what_is_not_judged_is_meant(tmp_path: Path, text: str) -> None:
    assert not judged(tmp_path, text)


def found_in(recordings: list[Recording]) -> list[list[str]]:
    """In each recording the line that the finding names."""
    found = [one.findings() for one in recordings]
    code = "validated_in_training"
    return [[str(f.values[0]) for f in some if f.code == code] for some in found]


def dropping() -> nn.Sequential:
    return nn.Sequential(nn.Linear(5, 6), nn.Dropout(0.5), nn.Linear(6, 3))


def test_it_is_found_in_the_iteration_after_and_from_then_on() -> None:
    recordings = validated(dropping())
    first, *others = found_in(recordings)
    (line,) = {one for found in others for one in found}
    assert first == []
    assert [len(found) for found in others] == [1, 1]
    assert line.startswith("silent_loops.py:")
    finding = next(f for f in recordings[1].findings() if f.code == "validated_in_training")
    assert finding.event is not None
    assert recordings[1].events[finding.event].op == "dropout"


def test_in_eval_mode_and_where_no_mode_makes_a_difference_nothing_is_found() -> None:
    assert found_in(validated(dropping(), evaluates=True)) == [[], [], []]
    without = nn.Sequential(nn.Linear(5, 6), nn.Dropout(0.0), nn.Linear(6, 3))
    assert found_in(validated(without)) == [[], [], []]


def test_the_numbers_are_those_of_the_plain_loop() -> None:
    """What is looked at for the finding changes nothing that dropout draws."""
    plain, net = dropping(), dropping()
    net.load_state_dict(plain.state_dict())
    torch.manual_seed(3)
    counts = []
    optimizer = torch.optim.SGD(plain.parameters(), lr=0.1)
    for _ in range(3):
        optimizer.zero_grad()
        F.cross_entropy(plain(X), LABELS).backward()
        optimizer.step()
        with torch.no_grad():
            counts.append(int((plain(X).argmax(1) == LABELS).sum()))
    torch.manual_seed(3)
    kept: list[int] = []
    validated(net, counts=kept)
    assert kept == counts
    assert all(map(torch.equal, plain.parameters(), net.parameters()))
