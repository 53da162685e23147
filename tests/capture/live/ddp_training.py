"""A training with DistributedDataParallel, as torchrun starts it; watched if it is told to."""

import hashlib
import os
import signal
import sys

import torch
import torch.distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel

torch.set_num_threads(1)
dist.init_process_group("gloo")
rank = dist.get_rank()
torch.manual_seed(0)
model = DistributedDataParallel(nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 2)))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
torch.manual_seed(100 + rank)
watch = None
if len(sys.argv) > 1:
    import backprop_viz as bv

    watch = bv.watch(model, optimizer, to=sys.argv[1])
for step in range(4):
    x, y = torch.randn(8, 4), torch.randn(8, 2)
    optimizer.zero_grad()
    if step == 2:  # the ranks do not talk, and then they do
        with model.no_sync():
            (model(x) - y).square().mean().backward()
    loss = (model(x) - y).square().mean()
    loss.backward()
    optimizer.step()
    print(f"rank {rank} step {step} loss {loss.item()!r}\n", end="", flush=True)
    if step == 2 and os.environ.get("KILLED") == str(rank):
        os.kill(os.getpid(), signal.SIGKILL)
weights = torch.cat([p.detach().flatten() for p in model.parameters()])
print(
    f"rank {rank} weights {hashlib.sha256(weights.numpy().tobytes()).hexdigest()}\n",
    end="",
    flush=True,
)
if watch is not None:
    watch.close()
# None ends while another still talks. This is not said by gloo: a thread of it that is not done yet
# when Python is taken down aborts the process. So Python is not taken down either.
store = dist.TCPStore(os.environ["MASTER_ADDR"], int(os.environ["MASTER_PORT"]), is_master=False)
store.set(f"goodbye from {rank}", "")
store.wait([f"goodbye from {other}" for other in range(dist.get_world_size())])
os._exit(0)
