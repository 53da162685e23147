"""A loop that has torch.jit note its model's graph, as SummaryWriter.add_graph does."""

import warnings

import torch
from torch import nn

warnings.simplefilter("ignore", DeprecationWarning)  # torch's own, of torch.jit
torch.manual_seed(4)
net = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2))
optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
print(torch.jit.trace(net, torch.ones(2, 3)).code)
for _ in range(3):
    outputs = net(torch.randn(8, 3))
    loss = outputs.square().mean()
    print(torch.jit.trace(net, torch.ones(2, 3)).code)
    optimizer.zero_grad()
    loss.backward()
    print(torch.jit.trace(net, torch.ones(2, 3)).code)
    optimizer.step()
    print(loss.item(), torch.jit.trace(net, torch.ones(2, 3)).graph)
