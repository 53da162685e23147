"""Which script to run, with which arguments. Imports no torch, so that --help answers at once."""

import importlib.util
import os
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Script:
    """A script or (``module``) a module by its dotted name, with its arguments."""

    name: str
    arguments: tuple[str, ...] = ()
    module: bool = False

    @property
    def path(self) -> str:
        """The file that is run. Raises ImportError for a module that is not found."""
        if not self.module:
            return os.path.abspath(self.name)
        spec = importlib.util.find_spec(self.name)
        if spec is not None and spec.submodule_search_locations is not None:
            spec = importlib.util.find_spec(f"{self.name}.__main__")
        if spec is None or spec.origin is None:
            raise ImportError(f"there is no module {self.name} that can be run")
        return os.path.abspath(spec.origin)

    @property
    def title(self) -> str:
        """As it was typed: "train.py --steps 500"."""
        return " ".join((("-m " if self.module else "") + self.name, *self.arguments))
