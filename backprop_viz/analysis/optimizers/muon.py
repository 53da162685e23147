"""Muon: each matrix moves along its mean gradient, made orthogonal as a whole."""

from collections.abc import Iterator, Mapping
from typing import Any

from backprop_viz.analysis.optimizer_entry import (
    FlagOption,
    FormulaText,
    NumberOption,
    Optimizer,
    StateTensor,
    TupleOption,
    weight_text,
)
from backprop_viz.analysis.update_rules import (
    NEW,
    NOW,
    Operands,
    OptimizerUpdate,
    UpdateTerm,
    decayed_weight,
    gradient,
    mean,
)
from backprop_viz.recording.settings.quantities import Quantity
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP

_ORTHOGONAL = "orthogonal"  # recorded as torch makes it, in bfloat16; it keeps none
_BY_SHAPE, _AS_ADAMW = (None, "original"), "match_rms_adamw"
_SHARE = 0.2  # of the learning rate, where steps are to be as large as AdamW's


def _rate(update: OptimizerUpdate) -> Iterator[UpdateTerm]:
    """The learning rate for a matrix of this shape."""
    lr, (rows, columns) = update.option("lr"), update.shape
    adjusted = update.options["adjust_lr_fn"]
    operands: Operands = {"a": ("A", rows), "b": ("B", columns)}
    if adjusted in _BY_SHAPE:
        size = rows / columns
        yield UpdateTerm("k", "{a} / {b}", operands, size, "A / B")
        size = max(1.0, size)
        yield UpdateTerm("K", "max(1, {k})", {"k": ("k", rows / columns)}, size, "max(1, A / B)")
        operands = {"lr": update.lr, "k": ("K", size)}
        value, code = lr * size**0.5, "lr * math.sqrt(max(1, A / B))"
        yield UpdateTerm("η", "{lr}·√{k}", operands, value, code)
    elif adjusted == _AS_ADAMW:
        size = float(max(rows, columns))
        yield UpdateTerm("K", "max({a}, {b})", operands, size, "max(A, B)")
        operands = {"lr": update.lr, "s": ("κ", _SHARE), "k": ("K", size)}
        value, code = lr * (_SHARE * size**0.5), "lr * 0.2 * math.sqrt(max(A, B))"
        yield UpdateTerm("η", "{s}·{lr}·√{k}", operands, value, code)
    else:
        yield UpdateTerm("η", "{lr}", {"lr": update.lr}, lr, "lr")


def _rule(update: OptimizerUpdate) -> Iterator[UpdateTerm]:
    weight, arithmetic = update.w, update.arithmetic
    grad = gradient(update, decay=False)
    yield grad
    kept = update.option("momentum")
    average = mean(update, "m", "momentum_buffer", ("β", kept), grad.value)
    yield average
    ahead = average.value
    operands: Operands = {"b": ("β", kept), "m": (average.symbol, average.value)}
    template, code = "{m}", "update = momentum_buffer"
    if update.options["nesterov"]:
        ahead = arithmetic.lerp(grad.value, average.value, kept)
        operands = {**operands, "g": (grad.symbol, grad.value)}
        template, code = "{b}·{m} + (1 − {b})·{g}", "update = grad.lerp(momentum_buffer, momentum)"
    yield UpdateTerm("u", template, operands, ahead, code)
    matrix = update.state[_ORTHOGONAL][1].astype(update.weight.dtype)[()]
    code = "_zeropower_via_newtonschulz(update, ns_coefficients, ns_steps, eps)"
    yield UpdateTerm("O" + NOW, "NS(u)", {}, matrix, code, _ORTHOGONAL)
    rate = None
    for rate in _rate(update):
        yield rate
    assert rate is not None
    if update.option("weight_decay"):
        decayed = decayed_weight(update)
        yield decayed
        weight = decayed.symbol, decayed.value
    new = arithmetic.add(weight[1], matrix, -float(rate.value))
    operands = {"w": weight, "o": ("O" + NOW, matrix), "n": ("η", rate.value)}
    code = "w.add_(update, alpha=-adjusted_lr)"
    yield UpdateTerm(NEW, "{w} − {o}·{n}", operands, new, code)


def _text(options: Mapping[str, Any]) -> FormulaText:
    w, shrunk = weight_text(options)
    kept = options["momentum"]
    lines: tuple[str, ...] = (f"m ← {kept:g} · m + {1 - kept:g} · grad",)
    ahead = f"{kept:g} · m + {1 - kept:g} · grad" if options["nesterov"] else "m"
    lines += (f"u = {ahead}", f"X = u / max(√(Σ u²), {options['eps']:g})")
    first, *others = options["ns_coefficients"]
    gram = ["X @ Xᵀ @ X", "X @ Xᵀ @ X @ Xᵀ @ X"]
    step = f"X ← {first:g} · X"
    for coefficient, power in zip(others, gram, strict=True):
        step += f" {'−' if coefficient < 0 else '+'} {abs(coefficient):g} · {power}"
    lines += (step,) * int(options["ns_steps"])
    adjusted, rate = options.get("adjust_lr_fn"), "lr"
    if adjusted in _BY_SHAPE:
        rate = "lr · √max(1, A / B)"
    elif adjusted == _AS_ADAMW:
        rate = f"{_SHARE:g} · lr · √max(A, B)"
    return FormulaText(f"w ← {w} − {rate} · X", (*lines, *shrunk))


_ANY = Quantity(-100, 100)
OPTIMIZER = Optimizer(
    name="muon",
    title="Muon",
    torch_class="torch.optim.Muon",
    options=(
        NumberOption(
            "momentum",
            "β",
            0.95,
            Quantity(0, 1, step=0.05),
            "How much of the mean gradient is kept at each update; the rest is the new gradient",
        ),
        FlagOption("nesterov", "Look a step ahead along the mean gradient", default=True),
        NumberOption(
            "weight_decay",
            "λ",
            0.1,
            Quantity(0, 1),
            "How much of each weight a step takes off, times the learning rate",
        ),
        TupleOption(
            "ns_coefficients",
            (
                NumberOption(
                    "a", "a", 3.4445, _ANY, "What a Newton-Schulz step takes of the matrix"
                ),
                NumberOption(
                    "b", "b", -4.775, _ANY, "What a Newton-Schulz step takes of its third power"
                ),
                NumberOption(
                    "c", "c", 2.0315, _ANY, "What a Newton-Schulz step takes of its fifth power"
                ),
            ),
        ),
        NumberOption(
            "eps",
            "ε",
            1e-7,
            Quantity(0, 1, least=1e-12),
            "The least norm that a matrix is divided by, so that it is never 0",
        ),
        NumberOption(
            "ns_steps",
            "n",
            5,
            Quantity(0, 99, whole=True),
            "How many Newton-Schulz steps make a matrix nearly orthogonal",
        ),
    ),
    state=(StateTensor("momentum_buffer", "m"), StateTensor(_ORTHOGONAL, "O")),
    rule=_rule,
    text=_text,
    symbols={
        "β": QT_TRANSLATE_NOOP("symbols", "momentum"),
        "u": QT_TRANSLATE_NOOP("symbols", "gradient to be made orthogonal"),
        "O": QT_TRANSLATE_NOOP("symbols", "all of u made nearly orthogonal, in bfloat16"),
        "NS": QT_TRANSLATE_NOOP("symbols", "Newton-Schulz steps on the whole matrix"),
        "X": QT_TRANSLATE_NOOP("symbols", "matrix that the Newton-Schulz steps make orthogonal"),
        "A": QT_TRANSLATE_NOOP("symbols", "number of rows"),
        "B": QT_TRANSLATE_NOOP("symbols", "number of columns"),
        "k": QT_TRANSLATE_NOOP("symbols", "rows by columns"),
        "K": QT_TRANSLATE_NOOP("symbols", "size of the matrix, for its learning rate"),
        "κ": QT_TRANSLATE_NOOP("symbols", "share that makes steps as large as AdamW's"),
    },
    offered=False,
    couples=True,
)
