"""An optimizer's entry against a plain loop with the torch class: its rule, its formula, all."""

from collections.abc import Mapping
from functools import partial
from itertools import product
from typing import Any

import numpy as np
import torch

import backprop_viz as bv
from backprop_viz.analysis.arithmetic import Arithmetic
from backprop_viz.analysis.optimizer_entry import Optimizer
from backprop_viz.analysis.update_breakdown import explain_update, same, update_terms
from backprop_viz.analysis.update_rules import NEW, OLD, UpdateTerm
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.recording.trace.events import Array, Event
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.recording.trace.tensors import TensorTable
from backprop_viz.training.script.program_text import optimizer_call
from backprop_viz.training.session_files.settings_schema import SETTINGS
from tests.analysis.formula_text import FormulaText, evaluated

LR = 0.013
SHAPE = (37, 29)
# Torch's own answer: without AVX2 its kernels round a product before they add it.
FUSED = torch.backends.cpu.get_cpu_capability() != "DEFAULT"

Options = Mapping[str, Any]
Steps = list[tuple[Event, dict[str, Any]]]


def loop(
    torch_class: Any,
    options: Options,
    dtype: torch.dtype,
    count: int = 6,
    shape: tuple[int, ...] = SHAPE,
) -> Steps:
    """Updates of a random parameter by random gradients, and the group's options."""
    generator = torch.Generator().manual_seed(11)
    draw = partial(torch.randn, shape, generator=generator, dtype=dtype)
    weight = torch.nn.Parameter(draw())
    optimizer = torch_class([weight], lr=LR, **options)
    found = []
    for _ in range(count):
        weight.grad = draw() * 0.3
        start, before = weight.detach().numpy().copy(), numbers(optimizer.state[weight])
        optimizer.step()
        after = numbers(optimizer.state[weight])
        arrays = TensorTable()
        grad, new = weight.grad.numpy().copy(), weight.detach().numpy().copy()
        ids = [arrays.add(array) for array in (start, grad, new)]
        event = Event(
            Phase.UPDATE,
            torch_class.__name__,
            (ids[0], ids[1]),
            (ids[2],),
            arrays,
            state_ids={
                name: (arrays.add(before[name]) if name in before else None, arrays.add(value))
                for name, value in after.items()
            },
        )
        group = {k: v for k, v in optimizer.param_groups[0].items() if k != "params"}
        found.append((event, group))
    return found


def numbers(state: Mapping[str, Any]) -> dict[str, Array]:
    return {k: v.numpy().copy() for k, v in state.items() if torch.is_tensor(v)}


def check_all(
    optimizer: Optimizer,
    torch_class: Any,
    options: Options,
    given: Options | None = None,
    rtol: float = 1e-12,
) -> None:
    """The rule, its terms, the formula and a run of the program with these options.

    ``rtol``: how near the formulas in double precision come to what torch has of a double
    parameter; less near where torch keeps a scalar in single precision.
    """
    together = {**(given or {}), **options}
    check_rule(optimizer, torch_class, together)
    check_terms(optimizer, torch_class, together, rtol)
    check_formula(optimizer, torch_class, together, rtol)
    if optimizer.offered:
        check_in_the_program(optimizer.name, torch_class, options, together)


def check_rule(optimizer: Optimizer, torch_class: Any, options: Options) -> None:
    """The rule leads to torch's own bits, but where torch's square root is off by one."""
    for event, group in loop(torch_class, options, torch.float32):
        tries = [
            update_terms(event, group, Arithmetic(FUSED, *ulps))
            for ulps in product((0, 1, -1), repeat=2)
        ]
        assert tries[0][-1].symbol == NEW
        kept = {term.state for term in tries[0]} - {None}
        assert kept == set(event.state) - {"step"}
        rooted = any(term.symbol == "r" for term in tries[0])
        for terms in zip(*tries, strict=True):
            term = terms[0]
            truth = event.outputs[0] if term.symbol == NEW else event.state.get(term.state or "")
            if truth is None:
                continue
            truth = truth[1] if isinstance(truth, tuple) else truth
            off = [each.value.view(np.int32) != truth.view(np.int32) for each in terms]
            if rooted and after_root(term.symbol, tries[0]):
                assert not np.logical_and.reduce(off).any(), term.symbol
            else:
                assert not off[0].any(), term.symbol


def terms_of(event: Event, group: Options) -> tuple[UpdateTerm, ...]:
    """The rule's terms of an update."""
    return update_terms(event, group, Arithmetic(FUSED))


def after_root(symbol: str, terms: Any) -> bool:
    """Whether a term comes after the square root."""
    symbols = [term.symbol for term in terms]
    return symbols.index(symbol) > symbols.index("r")


def symbols_of(optimizer: Optimizer, event: Event, group: Options) -> dict[str, Any]:
    """What the formulas' symbols stand for before an update: options, state, w and grad."""
    weight, grad = event.inputs
    assert weight is not None
    found: dict[str, Any] = {"lr": group["lr"], "w": weight, "grad": grad}
    for tensor in optimizer.state:
        before, after = event.state.get(tensor.name, (None, None))
        initial = group.get(tensor.initial, tensor.initial)
        if tensor.scalar:
            found[tensor.symbol] = initial if before is None else float(before)
        else:
            like = weight if after is None else after
            found[tensor.symbol] = np.full_like(like, initial) if before is None else before
        if tensor.name == "step" and after is not None:
            found["t"] = float(after)
    return {**found, **options_by_symbol(optimizer, group)}


def options_by_symbol(optimizer: Optimizer, group: Options) -> dict[str, float]:
    found = {}
    for option in optimizer.options:
        value = group[option.name]
        if hasattr(option, "parts"):
            found |= {p.symbol: v for p, v in zip(option.parts, value, strict=True)}
        elif hasattr(option, "symbol"):
            found[option.symbol] = value
    return found


def check_formula(
    optimizer: Optimizer,
    torch_class: Any,
    options: Options,
    rtol: float = 1e-12,
    beside: Options | None = None,
    shape: tuple[int, ...] = SHAPE,
) -> None:
    """The text of the formula, evaluated in double precision, gives torch's weights and state."""
    shown = optimizer.formula(options)
    assert shown is not None
    steps = loop(torch_class, options, torch.float64, shape=shape)
    for number, (event, group) in enumerate(steps, 1):
        names = {"t": number, **symbols_of(optimizer, event, group), **(beside or {})}
        found = FormulaText(shown.whole).carried_out(names)
        np.testing.assert_allclose(found["w"], event.outputs[0], rtol=rtol, atol=1e-14)
        for tensor in optimizer.state:
            if tensor.name in event.state and not tensor.scalar:
                after = event.state[tensor.name][1]
                np.testing.assert_allclose(found[tensor.symbol], after, rtol=rtol, atol=1e-14)
        assert shown.formula == shown.whole.splitlines()[-1]


def check_terms(
    optimizer: Optimizer,
    torch_class: Any,
    options: Options,
    rtol: float = 1e-12,
    beside: Options | None = None,
    shape: tuple[int, ...] = SHAPE,
) -> None:
    """Each term's formula, evaluated from the symbols before it, gives the term's value."""
    for event, group in loop(torch_class, options, torch.float64, shape=shape):
        names = {**symbols_of(optimizer, event, group), **(beside or {})}
        names |= {
            tensor.symbol + OLD: names[tensor.symbol]
            for tensor in optimizer.state
            if tensor.symbol in names
        }
        terms = update_terms(event, group, Arithmetic(fused=False))
        for term in terms:
            names[term.symbol] = evaluated(term.formula, names, {})
            np.testing.assert_allclose(
                names[term.symbol], term.value, rtol=rtol, atol=1e-14, err_msg=term.formula
            )
            if not term.operands:
                continue  # of all of the parameter
            of_one = evaluated(term.numbers(written), {}, {})
            np.testing.assert_allclose(of_one, first(term.value), rtol=max(rtol, 1e-9), atol=1e-14)
        np.testing.assert_allclose(names[NEW], event.outputs[0], rtol=rtol, atol=1e-14)


def written(value: Any) -> str:
    """The first element in brackets, as a formula has it."""
    number = first(value)
    return f"({'−' if number < 0 else ''}{abs(number)!r})"


def first(value: Any) -> float:
    return float(np.asarray(value).reshape(-1)[0])


def check_entry(optimizer: Optimizer, torch_class: Any, given: Options) -> None:
    """Names, defaults and state are torch's own."""
    assert optimizer.torch_class == f"torch.optim.{torch_class.__name__}"
    assert dict(optimizer.given) == dict(given)
    weight = torch.nn.Parameter(torch.ones(2, 3))
    made = torch_class([weight], lr=LR, **given)
    group = made.param_groups[0]
    for option in optimizer.options:
        assert group[option.name] == option.default, option.name
    for name, value in optimizer.constants.items():
        # torch 2.6's AdamW does not say that its weight decay is decoupled.
        assert group.get(name, value) == value
    for option in (*optimizer.options, *optimizer.numbers):
        assert getattr(option, "tooltip", "-")


def check_in_the_program(
    name: str,
    torch_class: Any,
    options: Options,
    plain_options: Options,
    exact: bool = True,
) -> None:
    """The program trains with it as a plain loop does, bit for bit; its text says how.

    Not ``exact``: the rule adds up in another order than torch, whose last digits are others.
    """
    settings = Settings("random", "mse", name, LR, 2, 3, options)
    SETTINGS.read(settings)
    words: dict[str, Any] = {"net": bv.LeNet(), "optim": torch.optim}
    exec(optimizer_call(settings), words)
    assert type(words["optimizer"]) is torch_class
    written_out = words["optimizer"].param_groups[0]
    trainer = bv.Trainer("random", "mse", name, LR, 2, 3, optimizer_options=options)
    torch.manual_seed(3)
    net = bv.LeNet()
    x, y = trainer.batch
    plain = torch_class(net.parameters(), lr=LR, **plain_options)
    for key, value in plain.param_groups[0].items():
        assert key == "params" or written_out[key] == value, key
    for _ in range(4):
        recording = trainer.record()
        plain.zero_grad()
        torch.nn.functional.mse_loss(net(x), y).backward()
        plain.step()
        for parameter, own in net.named_parameters():
            event = recording.at(len(recording.events)).last(parameter, Phase.UPDATE)
            assert event is not None
            assert same(event.outputs[0], own.detach().numpy())
            steps = explain_update(event, recording.options, 0)
            assert steps.terms
            assert steps.exact or not exact
