"""Loops in which several optimizers step, in each of the ways that scripts have."""

from tests.capture.live.conditional_turns import CONDITIONAL, FUNCTIONS

HEAD = """
import torch
from torch import nn

torch.manual_seed(3)
x, y = torch.randn(8, 4), torch.randn(8, 2)
turns = []
def trained(hidden):
    net = nn.Sequential(nn.Linear(4, hidden), nn.Tanh(), nn.Linear(hidden, 2))
    return net, torch.optim.SGD(net.parameters(), lr=0.1)
(one, first), (two, second) = trained(3), trained(5)
def turn(loss, *nets):
    weights = [p for net in nets for p in net.parameters()]
    turns.append((
        loss.item(), [p.detach().clone() for p in weights], [p.grad.clone() for p in weights]
    ))
def loss_of(net):
    return (net(x) - y).square().mean()
"""
D = """
first.zero_grad()
loss = (one(x) - two(x).detach()).square().mean()
loss.backward()
first.step()
"""
G = """
second.zero_grad()
loss = (one(x) - two(x)).square().mean()
loss.backward()
second.step()
"""


def within(text: str, spaces: int) -> str:
    return text.strip().replace("\n", "\n" + " " * spaces)


D8, G8, D12, G12 = within(D, 8), within(G, 8), within(D, 12), within(G, 12)
D4, G4 = within(D, 4), within(G, 4)
EVERY = """
for i in range(9):
    {D4}
    if {when}:
        {G8}
        turn(loss, one, two)
    else:
        turn(loss, one)
"""
EVERY_BEFORE = """
for i in range(9):
    if {when}:
        {G8}
    {D4}
    turn(loss, one, *([two] if {when} else []))
"""
BODIES = {
    "the second every third, from the first": EVERY.replace("{when}", "i % 3 == 0"),
    "the second every third, from the third": EVERY.replace("{when}", "i % 3 == 2"),
    "the second before, every third": EVERY_BEFORE.replace("{when}", "i % 3 == 0"),
    "the second before, seldom": EVERY_BEFORE.replace("{when}", "i % 4 == 3"),
    "warm-up of the first": EVERY.replace("{when}", "i >= 4"),
    "warm-up of the first, the second before": EVERY_BEFORE.replace("{when}", "i >= 4"),
    "the second only at first": EVERY.replace("{when}", "i < 3"),
    "the second never": EVERY.replace("{when}", "i < 0"),
    "warm-up of the second": """
for i in range(8):
    if i >= 3:
        {D8}
    {G4}
    turn(loss, two, *([one] if i >= 3 else []))
""",
    "several of the first, then the second": """
for i in range(3):
    for _ in range(4):
        {D8}
        turn(loss, one)
    {G4}
    turn(loss, two)
""",
    "one of the first in a loop, then the second": """
for i in range(3):
    for _ in range(1):
        {D8}
        turn(loss, one)
    {G4}
    turn(loss, two)
""",
    "the first frozen while the second trains": """
for i in range(4):
    one.requires_grad_(False)
    {G4}
    one.requires_grad_(True)
    {D4}
    turn(loss, one, two)
""",
    "in turn": """
for i in range(7):
    if i % 2 == 0:
        {D8}
        turn(loss, one)
    else:
        {G8}
        turn(loss, two)
""",
    "alternating epochs": """
for epoch in range(4):
    for _ in range(3):
        if epoch % 2 == 0:
            {D12}
            turn(loss, one)
        else:
            {G12}
            turn(loss, two)
""",
    "alternating epochs, each in its own loop": """
for epoch in range(2):
    for _ in range(3):
        {D8}
        turn(loss, one)
    for _ in range(2):
        {G8}
        turn(loss, two)
""",
    "epochs of one and of both": """
for epoch in range(4):
    for _ in range(2):
        {D8}
        if epoch % 2:
            {G12}
            turn(loss, one, two)
        else:
            turn(loss, one)
""",
    "each on a condition of its own": """
for i in range(8):
    if i % 2 == 0:
        {D8}
        turn(loss, one)
    if i % 2 == 1:
        {G8}
        turn(loss, two)
""",
    **CONDITIONAL,
    "a while loop": """
i = 0
while i < 7:
    i += 1
    {D4}
    if i % 3:
        turn(loss, one)
        continue
    {G4}
    turn(loss, one, two)
""",
    "in functions": FUNCTIONS
    + """
for i in range(6):
    loss = train_d()
    if i % 3 == 1:
        loss = train_g()
        turn(loss, one, two)
    else:
        turn(loss, one)
""",
    "functions in a list": FUNCTIONS
    + """
for i in range(3):
    for train, net in ((train_d, one), (train_g, two)):
        turn(train(), net)
""",
    "epochs in functions": """
def epoch_d():
    for _ in range(2):
        {D8}
        turn(loss, one)
def epoch_g():
    for _ in range(2):
        {G8}
        turn(loss, two)
for epoch in range(2):
    epoch_d()
    epoch_g()
""",
    "one function that takes turns": """
def train(which):
    if which:
        {D8}
        turn(loss, one)
    else:
        {G8}
        turn(loss, two)
for i in range(6):
    train(i % 2 == 0)
""",
    "two steps of one in a turn": """
for i in range(4):
    {D4}
    {G4}
    {G4}
    turn(loss, one, two)
""",
    "handled": """
for i in range(6):
    try:
        {D8}
        if i % 3 == 2:
            raise ValueError
    except ValueError:
        turn(loss, one)
        continue
    with torch.enable_grad():
        {G8}
    turn(loss, one, two)
""",
    "a look at the first in between": """
for i in range(5):
    {D4}
    loss_of(one)
    if i % 2 == 0:
        {G8}
        turn(loss, one, two)
    else:
        turn(loss, one)
""",
    "one after the other": """
def train(net, optimizer):
    for _ in range(3):
        optimizer.zero_grad()
        loss = loss_of(net)
        loss.backward()
        optimizer.step()
        turn(loss, net)
for net, optimizer in ((one, first), (two, second)):
    train(net, optimizer)
""",
    "one after the other, cleared last": """
for net, optimizer in ((one, first), (two, second)):
    for _ in range(3):
        loss = loss_of(net)
        loss.backward()
        optimizer.step()
        turn(loss, net)
        optimizer.zero_grad()
""",
    "both in an inner loop": """
for _ in range(3):
    for net, optimizer in ((one, first), (two, second)):
        optimizer.zero_grad()
        loss = loss_of(net)
        loss.backward()
        optimizer.step()
    turn(loss, one, two)
""",
    "one loss for both": """
for _ in range(4):
    for optimizer in (first, second):
        optimizer.zero_grad()
    loss = (one(x) - two(x)).square().mean()
    loss.backward()
    for optimizer in (first, second):
        optimizer.step()
    turn(loss, one, two)
""",
    "one after the other, cleared by the module": """
for net, optimizer in ((one, first), (two, second)):
    for _ in range(3):
        net.zero_grad()
        loss = loss_of(net)
        loss.backward()
        optimizer.step()
        turn(loss, net)
""",
    "the second, called by both, seldom": """
for i in range(6):
    fake = two(x)
    first.zero_grad()
    loss = (one(x) - fake.detach()).square().mean()
    loss.backward()
    first.step()
    if i % 3 == 2:
        {G8}
        turn(loss, one, two)
    else:
        turn(loss, one)
""",
    "a third, made later": """
third = None
for i in range(6):
    if i == 2:
        three, third = trained(6)
    {D4}
    {G4}
    if third:
        third.zero_grad()
        loss = loss_of(three)
        loss.backward()
        third.step()
        turn(loss, one, two, three)
    else:
        turn(loss, one, two)
""",
    "kept gradients and evaluation": """
for i in range(6):
    {D4}
    if i % 2:
        {G8}
        turn(loss, one, two)
    else:
        turn(loss, one)
    if i % 3 == 2:
        for net in (one, two):
            net.eval()
            with torch.no_grad():
                print(end="" if loss_of(net) > 0 else " ")
            net.train()
""",
    "joins late": """
for i in range(8):
    if i == 3:
        two, second = trained(5)
    {D4}
    if i >= 3:
        {G8}
        turn(loss, one, two)
    else:
        turn(loss, one)
""",
    "joins late, before the other": """
for i in range(8):
    if i >= 3:
        if i == 3:
            two, second = trained(5)
        {G8}
    {D4}
    turn(loss, one, *([two] if i >= 3 else []))
""",
}
LOOPS = {
    name: body.format(D4=D4, G4=G4, D8=D8, G8=G8, D12=D12, G12=G12) for name, body in BODIES.items()
}


# These are made later.
NOT_YET = HEAD.replace(
    "(two, second) = trained(3), trained(5)", "two, second = trained(3), nn.Linear(4, 2), None"
)
