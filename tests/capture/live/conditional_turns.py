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
        turn(loss, one)
    if i % 3 == 0:
        {G8}
        turn(loss, two)
    i += 1
""",
}
