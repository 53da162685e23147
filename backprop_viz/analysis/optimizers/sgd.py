"""Stochastic gradient descent, with or without momentum."""

from collections.abc import Iterator, Mapping
from typing import Any

from backprop_viz.analysis.arithmetic import Operand
from backprop_viz.analysis.optimizer_entry import (
    WEIGHT_DECAY,
    FormulaText,
    NumberOption,
    Optimizer,
    StateTensor,
    gradient_text,
)
from backprop_viz.analysis.update_rules import (
    NEW,
    NOW,
    OLD,
    OptimizerUpdate,
    UpdateTerm,
    gradient,
)
from backprop_viz.recording.settings.quantities import Quantity
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP


def sgd_rule(update: OptimizerUpdate) -> Iterator[UpdateTerm]:
    """The terms of ``torch.optim.SGD``."""
    grad = gradient(update)
    yield grad
    symbol, value = "g", grad.value
    momentum = update.option("momentum")
    if momentum:
        buffer = _buffer(update, value, momentum)
        yield buffer
        symbol, value = buffer.symbol, buffer.value
        if update.options.get("nesterov"):
            symbol, value = "h", update.arithmetic.add(grad.value, value, momentum)
            operands = {
                "g": ("g", grad.value),
                "k": ("μ", momentum),
                "v": (buffer.symbol, buffer.value),
            }
            yield UpdateTerm("h", "{g} + {k}·{v}", operands, value, "grad.add(buf, alpha=momentum)")
    new = update.arithmetic.add(update.weight, value, -update.option("lr"))
    operands = {"w": update.w, "lr": update.lr, "g": (symbol, value)}
    yield UpdateTerm(NEW, "{w} − {lr}·{g}", operands, new, "w.add_(grad, alpha=-lr)")


def _buffer(update: OptimizerUpdate, grad: Operand, momentum: float) -> UpdateTerm:
    name, symbol, operands = "momentum_buffer", "v" + NOW, {"g": ("g", grad)}
    if update.state[name][0] is None:
        return UpdateTerm(symbol, "{g}", operands, grad, "buf = grad.clone()", name)
    old, dampening = update.before(name), update.option("dampening")
    value = update.arithmetic.add(old * old.dtype.type(momentum), grad, 1 - dampening)
    operands |= {"k": ("μ", momentum), "v": ("v" + OLD, old)}
    template = "{k}·{v} + {g}"
    if dampening:
        template, operands["d"] = "{k}·{v} + (1 − {d})·{g}", ("τ", dampening)
    code = "buf.mul_(momentum).add_(grad, alpha=1 - dampening)"
    return UpdateTerm(symbol, template, operands, value, code, name)


def text(options: Mapping[str, Any]) -> FormulaText:
    """The formula of ``torch.optim.SGD``; t is the number of the update, from 1."""
    g, lines = gradient_text(options)
    momentum, dampening = options["momentum"], options.get("dampening", 0)
    if not momentum:
        return FormulaText(f"w ← w − lr · {g}", lines)
    buffer = f"v ← {momentum:g} · v + {g}"
    if dampening:
        buffer = f"v ← {g} where t = 1, else {momentum:g} · v + {1 - dampening:g} · {g}"
    step = f"({g} + {momentum:g} · v)" if options.get("nesterov") else "v"
    return FormulaText(f"w ← w − lr · {step}", (*lines, buffer))


BUFFER = StateTensor("momentum_buffer", "v", when="momentum")

SYMBOLS = {
    "μ": QT_TRANSLATE_NOOP("symbols", "momentum"),
    "τ": QT_TRANSLATE_NOOP("symbols", "dampening"),
    "v": QT_TRANSLATE_NOOP("symbols", "momentum buffer"),
    "h": QT_TRANSLATE_NOOP("symbols", "step of Nesterov"),
}

OPTIMIZER = Optimizer(
    name="sgd",
    title="SGD",
    torch_class="torch.optim.SGD",
    options=(
        NumberOption(
            "momentum",
            "μ",
            0.0,
            Quantity(0, 1, step=0.05),
            "How much of the step before is kept and added to the new one; 0: none",
        ),
        NumberOption(
            "dampening",
            "τ",
            0.0,
            Quantity(0, 1, step=0.05),
            "What part of a new gradient is left out of the momentum, from the second one on",
        ),
        WEIGHT_DECAY,
    ),
    constants={"nesterov": False},
    state=(BUFFER,),
    rule=sgd_rule,
    text=text,
    symbols=SYMBOLS,
    order=1,
)
