"""The data sets: one file each, found by itself. To add one, add a file with a ``DATA_SET``.

Imports neither torch nor numpy: what reads the samples is imported when they are read.
"""

import pkgutil
from collections.abc import Mapping
from importlib import import_module

from backprop_viz.digits.data_set import DataSet
from backprop_viz.recording.errors import ArgumentError
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP

__all__ = ["DATA_SETS", "IMAGE_FOLDER", "DataSet", "data_set"]


def _found() -> Mapping[str, DataSet]:
    modules = (import_module(f"{__name__}.{m.name}") for m in pkgutil.iter_modules(__path__))
    entries = [module.DATA_SET for module in modules if hasattr(module, "DATA_SET")]
    return {entry.name: entry for entry in sorted(entries, key=lambda e: (e.order, e.name))}


DATA_SETS = _found()
# The one that the window's process reads, for the worker's to train on.
IMAGE_FOLDER = next(entry for entry in DATA_SETS.values() if entry.read_in_window)


def data_set(name: str) -> DataSet:
    """The data set of that name. Raises ArgumentError for a name that none has."""
    if name not in DATA_SETS:
        names = ", ".join(f'"{known}"' for known in DATA_SETS)
        raise ArgumentError(
            QT_TRANSLATE_NOOP("errors", "data must be {0} or a torch Dataset, not {1}."),
            names,
            repr(name),
        )
    return DATA_SETS[name]
