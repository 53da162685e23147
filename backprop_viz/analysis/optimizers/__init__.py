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


# The optimizers by name, as they are listed.
OPTIMIZERS: Mapping[str, Optimizer] = {
    each.name: each for each in sorted(_declared(), key=lambda o: (o.order, o.title))
}


def optimizer_of(op: str) -> Optimizer | None:
    """The optimizer that makes updates of this name; None if none of the program's does.

    Several of the same torch class have the same rule: the first of them.
    """
    return next((each for each in OPTIMIZERS.values() if each.op == op), None)
