"""How a model's forward is written, and run as it was written."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn


@contextmanager
def eager() -> Iterator[None]:
    """What ``torch.compile`` has made runs as it was written, for its operations to be seen."""
    if "torch._dynamo.eval_frame" not in sys.modules:  # nothing can have been compiled
        yield
        return
    with torch.compiler.set_stance("force_eager"):
        yield


def code_of(model: nn.Module, source: str | None = None) -> Any:
    """The code of a network's forward; None where there is none in Python, or none in ``source``.

    ``source``: the only file that counts.
    """
    try:
        code = getattr(type(model).forward, "__code__", None)
        return code if code and source in (None, code.co_filename) else None
    except AttributeError:  # a scripted module's forward cannot be looked up at its class
        return None
