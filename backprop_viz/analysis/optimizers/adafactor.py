"""Adafactor: each gradient by its size, of which only a mean per row and per column is kept."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from backprop_viz.analysis.arithmetic import Operand
from backprop_viz.analysis.optimizer_entry import (
    STEP,
    WEIGHT_DECAY,
    FormulaText,
    NumberOption,
    Optimizer,
    StateTensor,
    decayed_text,
)
from backprop_viz.analysis.update_rules import (
    NEW,
    NOW,
    OLD,
    MeanOf,
    Operands,
    OptimizerUpdate,
    UpdateTerm,
    decayed_weight,
    gradient,
    root,
)
from backprop_viz.recording.settings.quantities import Quantity
from backprop_viz.recording.trace.events import Array
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP

# What is of a whole row, a whole column, or all of the parameter.
_ROW, _COLUMN, _OF_ROWS, _WEIGHTS, _STEPS = "q", "p", "M", "W", "S"
_ROOT_MEAN_WEIGHT, _ROOT_MEAN_STEP = "√mean(w²)", "√mean(U²)"


def _smallest(update: OptimizerUpdate) -> tuple[float, float]:
    """ε₁ and ε₂; by default the first is the smallest step of the dtype."""
    first, second = update.options["eps"]
    return float(np.finfo(update.weight.dtype).eps if first is None else first), float(second)


def _whole(update: OptimizerUpdate) -> Mapping[str, Array]:
    """In float64, as torch's own sums are in an order that only torch knows."""
    kind, w = update.weight.dtype.type, np.asarray(update.weight, np.float64)
    g = np.asarray(update.grad, np.float64)
    found = {_WEIGHTS: np.sqrt(np.mean(w * w))}
    if len(update.shape) > 1:
        found[_ROW] = np.mean(g * g, axis=-1, keepdims=True).astype(kind)
        found[_COLUMN] = np.mean(g * g, axis=-2, keepdims=True).astype(kind)
        rows, columns = (
            np.asarray(update.state[name][1], np.float64) for name in ("row_var", "col_var")
        )
        of_rows = np.mean(rows, axis=-2, keepdims=True)
        found[_OF_ROWS] = of_rows.astype(kind)
        size = rows * columns / np.maximum(of_rows, _smallest(update)[0])
    else:
        size = np.asarray(update.state["variance"][1], np.float64)
    u = g / np.sqrt(np.maximum(size, _smallest(update)[0] ** 2))
    return {**found, _STEPS: np.sqrt(np.mean(u * u))}


def _kept(
    update: OptimizerUpdate, letter: str, name: str, share: float, now: tuple[str, Operand]
) -> UpdateTerm:
    """A running mean of squares, which takes a share of the new ones that falls by and by."""
    old = update.before(name)
    value = update.arithmetic.lerp(old, now[1], share)
    operands: Operands = {"s": ("s", share), "o": (letter + OLD, old), "q": now}
    code = f"{name}.lerp_({name.removesuffix('_var')}_mean, one_minus_beta2_t)"
    return UpdateTerm(letter + NOW, "(1 − {s})·{o} + {s}·{q}", operands, value, code, name)


def _mean_squares(
    update: OptimizerUpdate, g: UpdateTerm, share: float, least: float
) -> Iterator[UpdateTerm]:
    """The mean square of each gradient; the last term is that which the step divides by."""
    square = g.value * g.value
    if len(update.shape) < 2:
        squared = UpdateTerm("x", "{g}²", {"g": (g.symbol, g.value)}, square, "grad * grad")
        yield squared
        yield _kept(update, "v", "variance", share, ("x", square))
        return
    kept = []
    for symbol, letter, name, words in (
        (_ROW, "R", "row_var", "rowmean(g²)"),
        (_COLUMN, "C", "col_var", "colmean(g²)"),
    ):
        now = update.whole[symbol]
        axis = -1 if symbol == _ROW else -2
        code = f"torch.norm(grad, dim={axis}, keepdim=True).square_().div_(grad.size({axis}))"
        of = MeanOf("grad", axis)
        yield UpdateTerm(symbol, words, {}, now, code, exact=False, mean=of)
        yield _kept(update, letter, name, share, (symbol, now))
        kept.append((letter + NOW, update.state[name][1]))
    (_, rows), (_, columns) = kept
    of_rows = update.whole[_OF_ROWS]
    words = f"colmean(R{NOW})"
    code = "row_var.mean(dim=-2, keepdim=True)"
    of = MeanOf("row_var", -2, squared=False)
    yield UpdateTerm(_OF_ROWS, words, {}, of_rows, code, exact=False, mean=of)
    divisor = np.maximum(of_rows, of_rows.dtype.type(least))
    operands: Operands = {"m": (_OF_ROWS, of_rows), "e": ("ε₁", least)}
    yield UpdateTerm("N", "max({m}, {e})", operands, divisor, "clamp_(min=eps1)")
    size = rows * columns / divisor
    operands = {"r": kept[0], "c": kept[1], "n": ("N", divisor)}
    yield UpdateTerm("v", "{r}·{c} / {n}", operands, size, "(row_var @ col_var).div_(row_mean)")


def _rule(update: OptimizerUpdate) -> Iterator[UpdateTerm]:
    lr, kind = update.option("lr"), update.weight.dtype.type
    least, smallest = _smallest(update)
    weight = update.w
    grad = gradient(update, decay=False)
    yield grad
    power, count = update.option("beta2_decay"), update.count
    share = count**power
    times: Operands = {"t": ("t", int(count)), "k": ("τ", power)}
    yield UpdateTerm("s", "{t}^{k}", times, share, "step ** beta2_decay")
    slower = 1 / count**0.5
    operands: Operands = {"t": ("t", int(count))}
    yield UpdateTerm("y", "1 / √{t}", operands, slower, "1 / step ** 0.5")
    most = min(lr, slower)
    operands = {"lr": update.lr, "y": ("y", slower)}
    yield UpdateTerm("ρ", "min({lr}, {y})", operands, most, "min(lr, 1 / step ** 0.5)")
    size = float(update.whole[_WEIGHTS])
    code = "w.norm(2) / w.numel() ** 0.5"
    of = MeanOf("w", rooted=True)
    yield UpdateTerm(_WEIGHTS, _ROOT_MEAN_WEIGHT, {}, size, code, exact=False, mean=of)
    scale = max(smallest, size)
    operands = {"e": ("ε₂", smallest), "w": (_WEIGHTS, size)}
    yield UpdateTerm("A", "max({e}, {w})", operands, scale, "max(eps2, ...)")
    rate = scale * most
    operands = {"a": ("A", scale), "p": ("ρ", most)}
    code = "max(eps2, w.norm(2) / w.numel() ** 0.5) * rho_t"
    yield UpdateTerm("a", "{a}·{p}", operands, rate, code)
    if update.option("weight_decay"):
        decayed = decayed_weight(update)
        yield decayed
        weight = decayed.symbol, decayed.value
    squares = grad
    for squares in _mean_squares(update, grad, share, least):
        yield squares
    square = least * least
    yield UpdateTerm("E", "{e}²", {"e": ("ε₁", least)}, square, "eps1 * eps1")
    clamped = np.maximum(squares.value, kind(square))
    operands = {"v": (squares.symbol, squares.value), "e": ("E", square)}
    yield UpdateTerm("v̂", "max({v}, {e})", operands, clamped, "clamp_(min=eps1 * eps1)")
    divisor = root(update, "v̂", clamped, "var_estimate.rsqrt_()")
    yield divisor
    step = kind(1) / divisor.value * grad.value
    operands = {"g": (grad.symbol, grad.value), "r": (divisor.symbol, divisor.value)}
    yield UpdateTerm("U", "{g} / {r}", operands, step, "update = rsqrt.mul_(grad)")
    size = float(update.whole[_STEPS])
    code = "update.norm(2) / update.numel() ** 0.5"
    of = MeanOf("U", rooted=True)
    yield UpdateTerm(_STEPS, _ROOT_MEAN_STEP, {}, size, code, exact=False, mean=of)
    limit = update.option("d")
    over = size / limit
    operands = {"s": (_STEPS, size), "d": ("d", limit)}
    code = "update.norm(2) / (update.numel() ** 0.5 * d)"
    yield UpdateTerm("F", "{s} / {d}", operands, over, code)
    shrunk = max(1.0, over)
    yield UpdateTerm("D", "max(1, {f})", {"f": ("F", over)}, shrunk, "denom = max(1.0, ...)")
    operands = {"a": ("a", rate), "d": ("D", shrunk)}
    yield UpdateTerm("η", "{a} / {d}", operands, rate / shrunk, "alpha / denom")
    new = update.arithmetic.add(weight[1], step, -rate / shrunk)
    operands = {"w": weight, "u": ("U", step), "n": ("η", rate / shrunk)}
    code = "w.add_(update, alpha=-alpha / denom)"
    yield UpdateTerm(NEW, "{w} − {u}·{n}", operands, new, code)


def _text(options: Mapping[str, Any]) -> FormulaText:
    w, g, changed = decayed_text({**options, "decoupled_weight_decay": True})
    first, second = options.get("eps", (None, 1e-3))
    least = "" if first is None else f"ε₁ = {first:g}\n"
    lines = (
        f"{least}ε₂ = {second:g}",
        f"s = t^(−{-options['beta2_decay']:g})",
        f"a = max(ε₂, {_ROOT_MEAN_WEIGHT}) · min(lr, 1 / √t)",
        *changed,
        f"R ← (1 − s) · R + s · rowmean({g}²)",
        f"C ← (1 − s) · C + s · colmean({g}²)",
        f"v ← R · C / max(colmean(R), ε₁) where axes > 1, else (1 − s) · v + s · {g}²",
        f"U = {g} / √max(v, ε₁²)",
    )
    formula = f"w ← {w} − a · U / max(1, {_ROOT_MEAN_STEP} / {options['d']:g})"
    return FormulaText(formula, tuple("\n".join(lines).split("\n")))


OPTIMIZER = Optimizer(
    name="adafactor",
    title="Adafactor",
    torch_class="torch.optim.Adafactor",
    options=(
        NumberOption(
            "beta2_decay",
            "τ",
            -0.8,
            Quantity(-10, 0),
            "By which power of the count of updates the share of new squares in their mean falls",
        ),
        NumberOption(
            "d",
            "d",
            1.0,
            Quantity(1, 1000),
            "From which size on all steps of a tensor are made smaller together",
        ),
        WEIGHT_DECAY,
    ),
    state=(
        STEP,
        StateTensor("row_var", "R", axis=-1),
        StateTensor("col_var", "C", axis=-2),
        StateTensor("variance", "v", of_vectors=True),
    ),
    rule=_rule,
    text=_text,
    symbols={
        "τ": QT_TRANSLATE_NOOP("symbols", "beta2_decay"),
        "s": QT_TRANSLATE_NOOP("symbols", "share of the new squares in their mean"),
        "ρ": QT_TRANSLATE_NOOP("symbols", "largest learning rate at this update"),
        "y": QT_TRANSLATE_NOOP("symbols", "limit of the learning rate, which falls"),
        "W": QT_TRANSLATE_NOOP("symbols", "root mean square of all weights of the tensor"),
        "A": QT_TRANSLATE_NOOP("symbols", "size of the weights that the step goes by"),
        "a": QT_TRANSLATE_NOOP("symbols", "step size, by the size of the weights"),
        "ε₁": QT_TRANSLATE_NOOP("symbols", "eps[0], so that nothing is divided by 0"),
        "ε₂": QT_TRANSLATE_NOOP("symbols", "eps[1], for weights near 0"),
        "q": QT_TRANSLATE_NOOP("symbols", "mean square of the gradients in this row"),
        "p": QT_TRANSLATE_NOOP("symbols", "mean square of the gradients in this column"),
        "R": QT_TRANSLATE_NOOP("symbols", "running mean of the squares of a row"),
        "C": QT_TRANSLATE_NOOP("symbols", "running mean of the squares of a column"),
        "M": QT_TRANSLATE_NOOP("symbols", "mean of R over the rows"),
        "N": QT_TRANSLATE_NOOP("symbols", "divisor of the mean squares"),
        "x": QT_TRANSLATE_NOOP("symbols", "square of the gradient"),
        "v": QT_TRANSLATE_NOOP("symbols", "mean square of this gradient"),
        "v̂": QT_TRANSLATE_NOOP("symbols", "v, but not less than ε₁²"),
        "E": QT_TRANSLATE_NOOP("symbols", "least mean square, ε₁²"),
        "F": QT_TRANSLATE_NOOP("symbols", "size of the steps over the limit d"),
        "U": QT_TRANSLATE_NOOP("symbols", "gradient by its size"),
        "S": QT_TRANSLATE_NOOP("symbols", "root mean square of all U of the tensor"),
        "d": QT_TRANSLATE_NOOP("symbols", "d, the size from which on steps are made smaller"),
        "D": QT_TRANSLATE_NOOP("symbols", "by what the steps are made smaller"),
        "axes": QT_TRANSLATE_NOOP("symbols", "how many axes the tensor has"),
        "rowmean": QT_TRANSLATE_NOOP("symbols", "mean over a row, the last axis"),
        "colmean": QT_TRANSLATE_NOOP("symbols", "mean over a column, the last axis but one"),
    },
    constants={"eps": (None, 1e-3)},
    couples=True,
    whole=_whole,
)
