"""Each finding has a sentence that fits its values."""

import re
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

import backprop_viz as bv
from backprop_viz.analysis import findings
from backprop_viz.desktop.texts.finding_texts import finding_text, finding_texts
from backprop_viz.desktop.texts.finding_titles import finding_title, finding_titles
from backprop_viz.desktop.texts.finding_topics import looked_for
from backprop_viz.recording.notices.finding import Finding


def test_each_code_has_one_and_each_sentence_a_code() -> None:
    files = Path(findings.__file__).parent.glob("*.py")
    codes = {
        code
        for file in files
        for code in re.findall(r'Finding\(\s*"(\w+)"', file.read_text("utf-8"))
    }
    assert codes == set(finding_texts()) == set(finding_titles())


def test_values_are_put_into_the_sentence() -> None:
    assert finding_text(Finding("dead_units", "hint", ("0", 2, 6))) == (
        "Units of 0 that are 0 for the whole batch: 2 of 6."
    )
    assert finding_text(Finding("vanishing", "warning", ("a", "b", 3.14e-8))) == (
        "Gradients vanish: that of a is 3.1e-08 times that of b."
    )
    assert finding_title(Finding("dead_units", "hint", ("0", 2, 6))) == "0: dead units, 2 of 6"


def test_a_number_of_usual_size_is_no_power_of_ten() -> None:
    said = finding_text(Finding("steps_too_large", "warning", (1.82,)))
    assert said.startswith("Updates are 1.82 times as large as the weights")


def test_each_code_is_among_what_was_looked_for() -> None:
    everything = looked_for(())
    for code in finding_texts():
        assert len(looked_for([Finding(code, "hint")])) == len(everything) - 1, code


@pytest.mark.parametrize(
    ("code", "values"),
    [
        ("cut_by_no_grad", ("linear", "", 2)),
        ("cut_off", ("detach", "", 2)),
        ("detached_term", ("data", "")),
        ("loss_left_out", ("cross_entropy", "")),
        ("losses_kept", (3, "")),
        ("term_as_number", ("item", "", 0.25)),
    ],
)
def test_a_place_that_is_not_known_is_not_spoken_of(
    code: str, values: tuple[str | float, ...]
) -> None:
    unknown = Finding(code, "warning", values)
    placed = Finding(code, "warning", tuple(one if one != "" else "train.py:9" for one in values))
    assert " at train.py:9" in finding_text(placed)
    assert " at train.py:9" in str(placed)
    assert finding_text(unknown) in str(unknown)
    without = re.sub(r"(; the newest is made)? at train.py:9", "", finding_text(placed))
    assert finding_text(unknown) == without


def test_a_backward_of_a_kept_loss_alone_has_no_line_that_made_one() -> None:
    net = nn.Linear(2, 1)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    losses = list[Tensor]()
    for _ in range(4):
        with bv.record(net, optimizer):
            optimizer.zero_grad()
            loss = net(torch.ones(3, 2)).square().mean()
            loss.backward(retain_graph=True)
            losses.append(loss)
    with bv.record(net, optimizer) as made:
        losses[-1].backward()
    (said,) = (one for one in made.recording.findings() if one.code == "losses_kept")
    assert finding_text(said).endswith("and memory. Append loss.item() or loss.detach().")
