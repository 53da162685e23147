"""Stochastic gradient descent with Nesterov's momentum: torch's SGD with an option on."""

from backprop_viz.analysis.optimizer_entry import WEIGHT_DECAY, NumberOption, Optimizer
from backprop_viz.analysis.optimizers.sgd import BUFFER, SYMBOLS, sgd_rule, text
from backprop_viz.recording.settings.quantities import Quantity

OPTIMIZER = Optimizer(
    name="nesterov",
    title="SGD, Nesterov",
    torch_class="torch.optim.SGD",
    options=(
        NumberOption(
            "momentum",
            "μ",
            0.9,
            Quantity(0, 1, above=True, step=0.05),
            "How much of the step before is kept; the new step looks ahead along it",
        ),
        WEIGHT_DECAY,
    ),
    given={"momentum": 0.9, "nesterov": True},
    constants={"nesterov": True, "dampening": 0},
    state=(BUFFER,),
    rule=sgd_rule,
    text=text,
    symbols=SYMBOLS,
    order=2,
)
