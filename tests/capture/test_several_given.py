"""Several models of one loop, given as a list or as a dict."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.optim import SGD

import backprop_viz as bv


def gan() -> tuple[nn.Module, nn.Module, list[SGD]]:
    torch.manual_seed(0)
    generator, critic = nn.Linear(3, 2), nn.Sequential(nn.Linear(2, 4), nn.Tanh(), nn.Linear(4, 1))
    return generator, critic, [SGD(one.parameters(), lr=0.1) for one in (generator, critic)]


def turn(generator: nn.Module, critic: nn.Module, steps: list[SGD]) -> None:
    for optimizer, sign in zip(steps, (1, -1), strict=True):
        optimizer.zero_grad()
        (sign * critic(generator(torch.ones(5, 3)))).mean().backward()
        optimizer.step()


def as_list(generator: nn.Module, critic: nn.Module) -> Any:
    return [generator, critic]


def as_tuple(generator: nn.Module, critic: nn.Module) -> Any:
    return generator, critic


def as_dict(generator: nn.Module, critic: nn.Module) -> Any:
    return {"made": generator, "told": critic}


GIVEN = [(as_list, {"generator", "critic"}), (as_tuple, {"generator", "critic"})]
GIVEN += [(as_dict, {"made", "told"})]


def recorded(given: Callable[..., Any]) -> bv.Recording:
    generator, critic, steps = gan()
    with bv.record(given(generator, critic), steps) as recording:
        turn(generator, critic, steps)
    return recording.recording


@pytest.mark.parametrize(("given", "names"), GIVEN)
def test_several_are_recorded_by_their_names(given: Callable[..., Any], names: set[str]) -> None:
    plain = gan()
    turn(*plain)
    recording = recorded(given)
    end = recording.at(len(recording.events))
    named = {p.name.partition(".")[0] for p in recording.parameters}
    assert named == names
    first, second = sorted(names, reverse=names == {"generator", "critic"})
    for name, model in ((first, plain[0]), (second, plain[1])):
        for key, parameter in model.named_parameters():
            assert np.array_equal(end.value(f"{name}.{key}"), parameter.detach().numpy())


def test_a_dict_of_models_is_watched(tmp_path: Path) -> None:
    generator, critic, steps = gan()
    with bv.watch({"made": generator, "told": critic}, steps, to=tmp_path / "run.bprec"):
        for _ in range(2):
            turn(generator, critic, steps)
    file = bv.load(tmp_path / "run.bprec")
    assert {p.name.partition(".")[0] for p in file[0].parameters} == {"made", "told"}


@pytest.mark.parametrize("given", [[], {}, [3], {"a": nn.Linear(1, 1), "b": 3}, "net"])
def test_what_is_no_model_is_refused(given: Any) -> None:
    with pytest.raises(ValueError, match=r"model must be a torch\.nn\.Module"):
        bv.record(given)
