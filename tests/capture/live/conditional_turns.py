"""Loops in which steps have conditions of their own: ``if train_d: ... if train_g: ...``."""

FUNCTIONS = """
def train_d():
    {D4}
    return loss
def train_g():
    {G4}
    return loss
"""
CONDITIONAL = {
    "each on a condition of its own, sometimes both": """
for i in range(12):
    train_d, train_g = i % 2 == 0, i % 3 == 0
    if train_d:
        {D8}
    if train_g:
        {G8}
    if train_d or train_g:
        turn(loss, *[one] * train_d, *[two] * train_g)
""",
    "each on a condition of its own, the second first": """
for epoch in range(2):
    for step, (inputs, targets) in enumerate([(x, y)] * 6):
        if step % 2 == 1:
            {G12}
        if step % 3 > 0:
            {D12}
        if step % 2 == 1 or step % 3 > 0:
            turn(loss, *[one] * (step % 3 > 0), *[two] * (step % 2 == 1))
""",
    "each on a condition of its own, one pass an epoch": """
for epoch in range(6):
    for step in range(1):
        if epoch % 2 == 0:
            {D12}
        if epoch % 3 == 0:
            {G12}
        if epoch % 2 == 0 or epoch % 3 == 0:
            turn(loss, *[one] * (epoch % 2 == 0), *[two] * (epoch % 3 == 0))
""",
    "each on a condition of its own, in functions": FUNCTIONS
    + """
def train_step(i):
    if i % 2 == 0:
        loss = train_d()
    if i % 3 == 0:
        loss = train_g()
    if i % 2 == 0 or i % 3 == 0:
        turn(loss, *[one] * (i % 2 == 0), *[two] * (i % 3 == 0))
for i in range(8):
    train_step(i)
""",
    "each on a condition of its own, in batches": """
for inputs in x.split(2):
    if inputs[0, 0] > -0.5:
        {D8}
    if inputs[0, 0] < 0.5:
        {G8}
    turn(loss, *[one] * (inputs[0, 0] > -0.5), *[two] * (inputs[0, 0] < 0.5))
""",
    "a critic by count, then the generator": """
since = 0
for i in range(9):
    if since < 2:
        {D8}
        since += 1
        turn(loss, one)
    else:
        {G8}
        since = 0
        turn(loss, two)
""",
    "skipped where the loss is not usable": """
for i in range(8):
    first.zero_grad()
    loss = (one(x) - two(x).detach()).square().mean()
    if i % 4 == 3:
        continue
    loss.backward()
    first.step()
    if i % 2:
        {G8}
        turn(loss, one, two)
    else:
        turn(loss, one)
""",
    "each on a condition of its own, in a while loop": """
i = 0
while i < 8:
    if i % 2 == 0:
        {D8}
    if i % 3 == 0:
        {G8}
    if i % 2 == 0 or i % 3 == 0:
        turn(loss, *[one] * (i % 2 == 0), *[two] * (i % 3 == 0))
    i += 1
""",
    "each on a condition of its own, counted in between": """
i = 0
while i < 8:
    if i % 2 == 0:
        {D8}
        turn(loss, one)
    i = i + 1
    if i % 3 == 0:
        {G8}
        turn(loss, two)
""",
    "each on a condition of its own, with batches that are fetched": """
batches = iter([])
i = 0
while True:
    try:
        inputs = next(batches)
    except StopIteration:
        batches = iter(x.split(2))
        inputs = next(batches)
    i += 1
    if i > 9:
        break
    if inputs[0, 0] > -0.5:
        {D8}
    if inputs[0, 0] < 0.5:
        {G8}
    turn(loss, *[one] * (inputs[0, 0] > -0.5), *[two] * (inputs[0, 0] < 0.5))
""",
    "each on a condition of its own, with nothing but what is fetched": """
from torch.utils.data import DataLoader, TensorDataset
batches = iter(DataLoader(TensorDataset(x, torch.arange(8)), batch_size=1))
numbers = 0
while numbers < 7:
    batch = next(batches)
    numbers = int(batch[1])
    if numbers % 2 == 0:
        {D8}
    if numbers % 3 == 0:
        {G8}
    if numbers % 2 == 0 or numbers % 3 == 0:
        turn(loss, *[one] * (numbers % 2 == 0), *[two] * (numbers % 3 == 0))
""",
    "each on a condition of its own, in a trainer": FUNCTIONS
    + """
class Trainer:
    def __init__(self):
        self.step = 0
    def train_step(self):
        if self.step % 2 == 0:
            loss = train_d()
        if self.step % 3 == 0:
            loss = train_g()
        if self.step % 2 == 0 or self.step % 3 == 0:
            turn(loss, *[one] * (self.step % 2 == 0), *[two] * (self.step % 3 == 0))
    def fit(self):
        while self.step < 8:
            self.train_step()
            self.step += 1
Trainer().fit()
""",
    "a critic by count in a while loop, then the generator": """
i = since = 0
while i < 9:
    i += 1
    if since < 2:
        {D8}
        since += 1
        turn(loss, one)
    else:
        {G8}
        since = 0
        turn(loss, two)
""",
    "some of the first in a while loop, then the second": """
i = 0
while i < 3:
    for _ in range(4):
        {D8}
        turn(loss, one)
    {G4}
    turn(loss, two)
    i += 1
""",
    "in epochs of a while loop": """
epoch = 0
while epoch < 6:
    for _ in range(1):
        if epoch % 2 == 0:
            {D12}
        if epoch % 3 == 0:
            {G12}
        if epoch % 2 == 0 or epoch % 3 == 0:
            turn(loss, *[one] * (epoch % 2 == 0), *[two] * (epoch % 3 == 0))
    epoch += 1
""",
    "each on a condition of its own, in a while loop that tells nothing": """
passes = iter(range(8))
def goes_on():
    global i
    i = next(passes, None)
    return i is not None
while goes_on():
    if i % 2 == 0:
        {D8}
        turn(loss, one)
    if i % 3 == 0:
        {G8}
        turn(loss, two)
""",
}
