"""Prints how often Python enters the package in an iteration under DDP that is not recorded.

``python unrecorded_calls.py FILE``: for a network of one layer, and for one of forty whose
gradients go in many buckets.
"""

import os
import sys

import torch
import torch.distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel

import backprop_viz as bv

PACKAGE = os.path.dirname(bv.__file__)


def entered(layers: int, file: str) -> int:
    """So many functions of ours are called in one iteration."""
    net = DistributedDataParallel(
        nn.Sequential(*(nn.Linear(8, 8) for _ in range(layers))), bucket_cap_mb=0.0005
    )
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    x, calls = torch.randn(2, 8), 0

    def called(frame: object, event: str, _: object) -> None:
        nonlocal calls
        calls += event == "call" and frame.f_code.co_filename.startswith(PACKAGE)

    with bv.watch(net, optimizer, file, every=10**9):
        for iteration in range(5):
            if iteration == 4:  # its buckets are those of every later one
                sys.setprofile(called)
            optimizer.zero_grad()
            net(x).square().mean().backward()
            optimizer.step()
        sys.setprofile(None)
    return calls


if __name__ == "__main__":
    dist.init_process_group("gloo", store=dist.HashStore(), rank=0, world_size=1)
    print(*(entered(layers, sys.argv[1]) for layers in (1, 40)), flush=True)
    os._exit(0)
