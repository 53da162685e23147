"""Of an iteration with several losses each line's is a curve, as a plain loop has them."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

import backprop_viz as bv
from tests.capture.live.script_runs import Scripts

ITERATIONS = 5
# The losses that a loop has computed, by the line that called backward.
Losses = dict[int, list[list[float]]]
Backward = Callable[[Tensor], None]


class Plain:
    """Calls backward for a loop, and remembers from which line, and at which loss."""

    def __init__(self) -> None:
        self.losses: list[dict[int, list[float]]] = []

    def turn(self) -> None:
        self.losses.append({})

    def note(self, loss: Tensor) -> Tensor:
        self.losses[-1].setdefault(sys._getframe(1).f_lineno, []).append(loss.item())
        return loss

    def of_line(self, number: int) -> list[list[float]]:
        """What the iterations have of the first, second, ... line."""
        lines = sorted({line for turn in self.losses for line in turn})
        return [turn[lines[number]] for turn in self.losses]


def scalars(path: Path) -> Mapping[str, tuple[list[float], list[float]]]:
    found = bv.load(path).scalars
    return {name: (at.tolist(), y.tolist()) for name, (at, y) in sorted(found.items())}


def two(lr: float = 0.1) -> tuple[nn.Module, nn.Module, list[torch.optim.Optimizer]]:
    torch.manual_seed(3)
    maker, critic = nn.Linear(2, 3), nn.Linear(3, 1)
    return maker, critic, [torch.optim.SGD(one.parameters(), lr=lr) for one in (maker, critic)]


def test_both_losses_of_a_gan_are_curves(tmp_path: Path) -> None:
    maker, critic, (of_maker, of_critic) = two()
    plain, path = Plain(), tmp_path / "gan.bprec"
    with bv.watch([maker, critic], [of_maker, of_critic], path, every=2):
        for _ in range(ITERATIONS):
            plain.turn()
            made = maker(torch.randn(4, 2))
            of_critic.zero_grad()
            plain.note(critic(made.detach()).square().mean()).backward()
            of_critic.step()
            of_maker.zero_grad()
            plain.note((critic(made) - 1).square().mean()).backward()
            of_maker.step()
    told = list(scalars(path).items())
    assert [name.partition(",")[0] for name, _ in told] == ["loss", "loss"]
    at = [1, 2, 3, 4, 5]
    expected = [(at, [sum(turn) for turn in plain.of_line(nr)]) for nr in (0, 1)]
    assert [curve for _, curve in told] == expected


def test_the_losses_of_micro_batches_are_added_up(tmp_path: Path) -> None:
    model, _, (optimizer, _) = two()
    plain, path = Plain(), tmp_path / "run.bprec"
    with bv.watch(model, optimizer, path):
        for _ in range(ITERATIONS):
            plain.turn()
            optimizer.zero_grad()
            for _ in range(3):
                plain.note(model(torch.randn(4, 2)).square().mean() / 3).backward()
            optimizer.step()
    ((name, (at, y)),) = scalars(path).items()
    assert name.startswith("sum of losses, line ")
    assert (at, y) == ([1, 2, 3, 4, 5], [sum(turn) for turn in plain.of_line(0)])


def test_what_was_before_a_step_is_no_part_of_what_comes_after_it(tmp_path: Path) -> None:
    maker, critic, (of_maker, of_critic) = two()
    plain, path = Plain(), tmp_path / "gan.bprec"
    with bv.watch([maker, critic], [of_maker, of_critic], path) as watched:
        for _ in range(ITERATIONS):
            plain.turn()
            with watched.step():
                for _ in range(3):
                    of_critic.zero_grad()
                    plain.note(critic(torch.randn(4, 3)).square().mean()).backward()
                    of_critic.step()
                of_maker.zero_grad()
                plain.note(critic(maker(torch.randn(4, 2))).square().mean()).backward()
                of_maker.step()
    curves = list(scalars(path).values())
    assert curves == [([1, 2, 3, 4, 5], [turn[-1] for turn in plain.of_line(nr)]) for nr in (0, 1)]


def test_losses_that_take_turns_are_a_curve_each(tmp_path: Path) -> None:
    """As where a critic steps several times before the next step of what it criticizes."""
    maker, critic, (of_maker, of_critic) = two()
    path, told = tmp_path / "gan.bprec", dict[str, list[float]](maker=[], critic=[])
    with bv.watch([maker, critic], [of_maker, of_critic], path):
        for _ in range(ITERATIONS):
            for _ in range(3):
                of_critic.zero_grad()
                loss = critic(torch.randn(4, 3)).square().mean()
                told["critic"].append(loss.item())
                loss.backward()
                of_critic.step()
            of_maker.zero_grad()
            loss = critic(maker(torch.randn(4, 2))).square().mean()
            told["maker"].append(loss.item())
            loss.backward()
            of_maker.step()
    (_, of_the_critic), (at, of_the_maker) = scalars(path).values()
    assert (of_the_critic, of_the_maker) == (told["critic"], told["maker"])
    assert at == [4, 8, 12, 16, 20]


def test_one_loss_needs_no_curve_beside_its_own(tmp_path: Path) -> None:
    """Also where LBFGS asks for it again and again."""
    for kind in (torch.optim.SGD, torch.optim.LBFGS):
        model, _, _ = two()
        optimizer = kind(model.parameters(), lr=0.1)
        path = tmp_path / f"{kind.__name__}.bprec"

        def closure(model: nn.Module = model, optimizer: torch.optim.Optimizer = optimizer):  # type: ignore[no-untyped-def]
            optimizer.zero_grad()
            loss = model(torch.ones(4, 2)).square().mean()
            loss.backward()
            return loss

        with bv.watch(model, optimizer, path):
            for _ in range(3):
                optimizer.step(closure)
        assert scalars(path) == {}


CLOSURE = """
import torch

torch.manual_seed(5)
model = torch.nn.Linear(2, 1)
optimizer = torch.optim.LBFGS(model.parameters(), lr=0.1, max_iter=3)
for i in range(3):

    def closure():
        optimizer.zero_grad()
        loss = model(torch.ones(4, 2)).square().mean()
        loss.backward()
        return loss

    print(optimizer.step(closure).item())
"""


def test_a_closure_is_called_for_one_loss_also_where_it_is_first_seen_within(
    scripts: Scripts, tmp_path: Path
) -> None:
    script, path = tmp_path / "train.py", tmp_path / "run.bprec"
    script.write_text(CLOSURE)
    assert scripts.recorded("--to", str(path), str(script)) == scripts.plain(script)
    assert scalars(path) == {}


def test_a_second_loss_is_noticed_also_late(tmp_path: Path) -> None:
    """Beside the first one from its first iteration on; in turns with it within 32."""
    for in_turns in (False, True):
        maker, _, (optimizer, _) = two()
        plain, path = Plain(), tmp_path / f"{in_turns}.bprec"
        with bv.watch(maker, optimizer, path, every=60):
            for i in range(120):
                plain.turn()
                optimizer.zero_grad()
                second = i >= 40 and (i % 2 == 0 or not in_turns)
                if not (second and in_turns):
                    plain.note(maker(torch.randn(4, 2)).square().mean()).backward()
                if second:
                    plain.note(maker(torch.randn(4, 2)).abs().mean()).backward()
                optimizer.step()
        (_, (first_at, first)), (_, (second_at, second)) = scalars(path).items()
        lines = sorted({line for turn in plain.losses for line in turn})
        for at, y, line in ((first_at, first, lines[0]), (second_at, second, lines[1])):
            assert y == [plain.losses[int(n) - 1][line][0] for n in at]
        assert second_at[0] == 41 if not in_turns else second_at[0] <= 40 + 2 * 32
        assert (first_at == second_at) == (not in_turns)
        assert second_at[-1] in (119, 120)
        assert np.diff(second_at).tolist() == [1 + in_turns] * (len(second_at) - 1)
