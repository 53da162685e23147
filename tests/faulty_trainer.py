"""Imported by a worker's process in its tests: the network and the data fail while told to.

The file named by FAULT_FILE says how; without it nothing fails.
"""

import os
from pathlib import Path
from typing import Any

import torch

from backprop_viz.digits.lenet import LeNet
from backprop_viz.digits.random_inputs import RandomInputs

_FILE = Path(os.environ["FAULT_FILE"])


def _fault() -> str:
    return _FILE.read_text() if _FILE.exists() else ""


def _raise(*_: Any) -> None:
    raise RuntimeError("broken on purpose")


_call, _make, _batch = LeNet.__call__, LeNet.__init__, RandomInputs.batch


def _faulty_call(net: LeNet, x: torch.Tensor) -> torch.Tensor:
    fault = _fault()
    if fault == "forward":
        _raise()
    if fault == "sentence":
        raise ValueError("This looks like a sentence.")
    if fault == "memory":
        raise MemoryError
    if fault == "torch memory":
        torch.empty(2**50)
    out = _call(net, x)
    if fault == "backward" and out.requires_grad:
        out.register_hook(_raise)
    return out


def _faulty_make(net: LeNet) -> None:
    if _fault() == "construction":
        _raise()
    _make(net)


def _faulty_batch(samples: Any, index: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    if _fault() == "data":
        _raise()
    return _batch(samples, index)


LeNet.__call__ = _faulty_call
LeNet.__init__ = _faulty_make
RandomInputs.batch = _faulty_batch
