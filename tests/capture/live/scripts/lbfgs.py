"""A regression by LBFGS: the optimizer calls the closure as often as it likes."""

import hashlib

import torch
from torch import nn

torch.manual_seed(5)
x = torch.linspace(-2, 2, 30).unsqueeze(1)
y = torch.sin(2 * x) + 0.1 * torch.randn(30, 1)
model = nn.Sequential(nn.Linear(1, 8), nn.Tanh(), nn.Linear(8, 1)).double()
x, y = x.double(), y.double()
criterion = nn.MSELoss()
optimizer = torch.optim.LBFGS(model.parameters(), lr=0.8, max_iter=5, line_search_fn="strong_wolfe")

for i in range(4):

    def closure():
        optimizer.zero_grad()
        out = model(x)
        loss = criterion(out, y)
        print("closure", f"{loss.item():.12g}", flush=True)
        loss.backward()
        return loss

    loss = optimizer.step(closure)
    print(f"step {i} loss {loss.item():.12g}", flush=True)

digest = hashlib.sha256()
for value in model.state_dict().values():
    digest.update(value.numpy().tobytes())
print("weights", digest.hexdigest())
