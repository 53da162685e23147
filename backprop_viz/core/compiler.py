"""Keeps torch's compiler, which nothing here uses, out of the way of the first step.

An optimizer imports ``torch._dynamo`` when it is made, which takes as long as importing torch.
"""

import torch


def defer_compiler() -> None:
    """Let optimizers be made without it. Where torch does this differently, nothing changes.

    ``torch._disable_dynamo`` (torch/_compile.py) imports the compiler for a function to ask for a
    version of it that is not compiled, and keeps that as ``__dynamo_disable``: the function
    itself is one.
    """
    for name in ("add_param_group", "zero_grad", "state_dict", "load_state_dict"):
        function = getattr(getattr(torch.optim.Optimizer, name), "__wrapped__", None)
        if function is not None:
            vars(function).setdefault("__dynamo_disable", function)


def load_compiler() -> None:
    """Import it after all: an optimizer's first ``step`` would."""
    import torch._dynamo  # noqa: F401
