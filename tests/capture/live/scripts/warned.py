import warnings

import torch
import torch.nn.functional as F
from torch import nn


def criterion(out, y):
    warnings.warn("criterion is old", DeprecationWarning)  # noqa: B028
    warnings.warn("criterion is mine", stacklevel=2)
    return F.mse_loss(out, y)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(4, 8), nn.Linear(8, 3)
        self.softmax = nn.Softmax()

    def forward(self, x):
        h = F.dropout2d(F.relu(self.fc1(x)), 0.1)
        return F.softmax(self.fc2(h)) + self.softmax(self.fc2(h))


torch.manual_seed(0)
net = Net()
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 2)
for i in range(3):
    x, y = torch.randn(5, 4), torch.randn(1, 3)
    scheduler.step()
    optimizer.zero_grad()
    out = net(x)
    loss = criterion(out, y) + F.kl_div(out.log(), torch.rand(5, 3)) + nn.L1Loss()(out, y)
    shape = torch.ones(2, 3, 4).T.shape
    torch.tensor(out)
    grad = (out * 2).grad
    loss.backward()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        F.l1_loss(out, y)
    print(i, loss.item(), [(w.filename.rpartition("/")[2], w.lineno) for w in caught])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            F.l1_loss(out, y)
        except UserWarning as error:
            print(str(error)[:40])
    optimizer.step()
