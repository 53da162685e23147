"""The optimizers of the program: each file declares one, as ``OPTIMIZER``."""

import importlib
import pkgutil
from collections.abc import Iterator, Mapping

from backprop_viz.analysis.optimizer_entry import Optimizer


def _declared() -> Iterator[Optimizer]:
    for module in pkgutil.iter_modules(__path__):
        found = importlib.import_module(f"{__name__}.{module.name}").OPTIMIZER
        assert isinstance(found, Optimizer)
        yield found


# Every optimizer whose rule is known, by name, and those of them that a run can be made with, as
# they are listed.
KNOWN: Mapping[str, Optimizer] = {
    each.name: each for each in sorted(_declared(), key=lambda o: (o.order, o.title))
}
OPTIMIZERS: Mapping[str, Optimizer] = {name: each for name, each in KNOWN.items() if each.offered}


def optimizer_of(op: str) -> Optimizer | None:
    """The optimizer that makes updates of this name; None where the rule is not known.

    Several of the same torch class have the same rule: the first of them.
    """
    return next((each for each in KNOWN.values() if each.op == op), None)
