import torch

from backprop_viz import LeNet

PRINTED = """\
LeNet(
  (conv1): Conv2d(1, 6, kernel_size=(3, 3), stride=(1, 1))
  (conv2): Conv2d(6, 16, kernel_size=(3, 3), stride=(1, 1))
  (fc1): Linear(in_features=576, out_features=120, bias=True)
  (fc2): Linear(in_features=120, out_features=84, bias=True)
  (fc3): Linear(in_features=84, out_features=10, bias=True)
)"""


def test_it_is_the_tutorials_network() -> None:
    net = LeNet()
    assert str(net) == PRINTED
    parameters = list(net.parameters())
    assert len(parameters) == 10
    assert parameters[0].size() == torch.Size([6, 1, 3, 3])
    assert sum(p.numel() for p in parameters) == 81_194


def test_shapes() -> None:
    net = LeNet()
    assert net(torch.randn(5, 1, 32, 32)).shape == (5, 10)
    assert net.num_flat_features(torch.empty(5, 16, 6, 6)) == 576
