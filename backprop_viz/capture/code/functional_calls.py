"""What ``torch.func.functional_call`` runs modules with in place of their own parameters."""

import gc
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType, GeneratorType
from typing import Any

from torch import Tensor, nn
from torch.nn.utils import stateless

_STATELESS = str(Path("torch", "nn", "utils", "stateless.py"))
_REPARAMETRIZED = getattr(stateless, "_ReparametrizeModule", None)


def given_names() -> dict[int, str]:
    """What the innermost of such calls gives, by its id(): the parameter that it stands for."""
    call = _call_that_runs()
    given = {} if call is None else call.f_locals["parameters_and_buffers"]
    return {id(one): name for name, one in given.items()}


def given_tensors() -> list[Tensor]:
    """What the innermost of such calls gives."""
    call = _call_that_runs()
    return [] if call is None else list(call.f_locals["parameters_and_buffers"].values())


@contextmanager
def own_parameters_back() -> Iterator[None]:
    """In here all modules have their own parameters, not those of a call that runs.

    Torch keeps them in a dictionary by their names until the call is over.
    """
    replaced: list[tuple[nn.Module, str, Any]] = []
    try:
        for module, own in _put_away() if _call_that_runs() is not None else ():
            for name, tensor in own.items():
                path, _, last = name.rpartition(".")
                owner = module.get_submodule(path)
                if isinstance(tensor, nn.Parameter) and last in owner._parameters:
                    replaced.append((owner, last, owner._parameters[last]))
                    owner._parameters[last] = tensor
        yield
    finally:
        for owner, last, given in reversed(replaced):
            owner._parameters[last] = given


def _put_away() -> Iterator[tuple[nn.Module, Mapping[str, Tensor]]]:
    """The modules of such calls, with what torch is to give back to each.

    A generator has them while it waits, in torch 2.6 an object.
    """
    for one in gc.get_objects():
        if type(one) is _REPARAMETRIZED:
            yield one.accessor.module, vars(one).get("orig_parameters_and_buffers", {})
        elif type(one) is GeneratorType and one.gi_frame is not None:
            code = one.gi_code
            if code.co_name == "_reparametrize_module" and code.co_filename.endswith(_STATELESS):
                has = one.gi_frame.f_locals
                yield has["module"], has.get("orig_parameters_and_buffers", {})


def _call_that_runs() -> FrameType | None:
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        code = frame.f_code
        if code.co_name == "_functional_call" and code.co_filename.endswith(_STATELESS):
            return frame
        frame = frame.f_back
    return None
