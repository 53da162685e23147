"""The Python that a run is, as lines for the window and as a script that runs by itself."""

import inspect
from collections.abc import Mapping
from typing import Any

from torch import nn

from .optimizers import OPTIMIZERS
from .records import Line, Phase, Program, Settings
from .schedules import Schedule

_CRITERION = {
    "cross_entropy": "criterion = nn.CrossEntropyLoss()",
    "mse": "criterion = nn.MSELoss()",
}


def program(settings: Settings, model: nn.Module) -> Program:
    """The program of these settings: its training loop, then the model's own ``forward``."""
    loop = _loop(settings)
    source, number = inspect.getsourcelines(type(model).forward)
    width = len(source[0]) - len(source[0].lstrip())
    forward = [Line(text.rstrip()[width:], source_line=number + i) for i, text in enumerate(source)]
    lines = [Line("for x, y in loader:")]
    lines += [Line("    " + text, phase) for phase, text in loop]
    return Program((*lines, Line(""), *forward), _script(settings, loop))


def _loop(settings: Settings) -> list[tuple[Phase, str]]:
    owner = "net" if settings.optimizer == "manual" else "optimizer"
    how = "" if settings.set_to_none else "set_to_none=False"
    clear = f"{owner}.zero_grad({how})"
    mse_of_digits = settings.loss == "mse" and settings.data != "random"
    target = "F.one_hot(y, 10).float()" if mse_of_digits else "y"
    loop = [
        (Phase.ZERO_GRAD, clear if settings.clear_gradients else f"# {clear}"),
        (Phase.FORWARD, "out = net(x)"),
    ]
    if settings.loss == "output_gradient":
        loop += [
            (Phase.LOSS, "# no loss: a random gradient of out"),
            (Phase.BACKWARD, "out.backward(torch.randn(out.shape))"),
        ]
    else:
        loop += [
            (Phase.LOSS, f"loss = criterion(out, {target})"),
            (Phase.BACKWARD, "loss.backward()"),
        ]
    if settings.optimizer == "manual":
        loop += [
            (Phase.UPDATE, "with torch.no_grad():"),
            (Phase.UPDATE, "    for p in net.parameters():"),
            (Phase.UPDATE, "        p.sub_(p.grad * lr)"),
        ]
    else:
        loop += [(Phase.UPDATE, "optimizer.step()")]
    return [*loop, *((Phase.UPDATE, text) for text in _next_rate(settings))]


def _next_rate(settings: Settings) -> list[str]:
    """What gives the next iteration its learning rate; written out for the manual rule."""
    if settings.schedule == "none":
        return []
    if settings.optimizer != "manual":
        return ["scheduler.step()"]
    if settings.schedule == "cosine":
        factor = _cosine(settings, "iteration")
        return ["iteration += 1", f"lr = {settings.lr!r} * {factor}"]
    options = _schedule_options(settings)
    return [
        "iteration += 1",
        f"if iteration % {options['step_size']} == 0:",
        f"    lr *= {options['gamma']!r}",
    ]


def _schedule_options(settings: Settings) -> Mapping[str, float]:
    return Schedule(settings.schedule, settings.schedule_options).options


def _cosine(settings: Settings, count: str) -> str:
    length = _schedule_options(settings)["iterations"]
    return f"(1 + math.cos(math.pi * min({count} / {length}, 1))) / 2"


def _scheduler(settings: Settings) -> list[str]:
    """What makes the scheduler, or begins the count that the manual rule goes by."""
    if settings.schedule == "none":
        return []
    if settings.optimizer == "manual":
        return ["iteration = 0"]
    if settings.schedule == "cosine":
        head = "scheduler = optim.lr_scheduler.LambdaLR("
        return [head, f"    optimizer, lambda i: {_cosine(settings, 'i')}", ")"]
    options = ", ".join(f"{name}={value!r}" for name, value in _schedule_options(settings).items())
    return [f"scheduler = optim.lr_scheduler.StepLR(optimizer, {options})"]


def optimizer_call(settings: Settings) -> str:
    """``optim.SGD(net.parameters(), lr=0.05, momentum=0.9)``, as the settings make it."""
    kind, defaults = OPTIMIZERS[settings.optimizer]
    if kind is None:
        return f"lr = {settings.lr!r}"
    options: Mapping[str, Any] = {"lr": settings.lr, **defaults, **settings.optimizer_options}
    words = ", ".join(f"{name}={value!r}" for name, value in options.items())
    return f"optimizer = optim.{kind.__name__}(net.parameters(), {words})"


def _script(settings: Settings, loop: list[tuple[Phase, str]]) -> str:
    imports = ["import itertools", *(["import math"] if settings.schedule == "cosine" else [])]
    imports += ["", "import torch", "import torch.nn.functional as F"]
    imports += ["from torch import nn, optim", "", "import backprop_viz"]
    imports += [] if settings.data == "random" else ["from backprop_viz.core import data as digits"]
    made = [
        f"torch.manual_seed({settings.seed})",
        "net = backprop_viz.LeNet()",
        *_data(settings),
        optimizer_call(settings),
        *_scheduler(settings),
        *([_CRITERION[settings.loss]] if settings.loss in _CRITERION else []),
    ]
    body = [text for _, text in loop]
    if settings.loss != "output_gradient":
        body.append("print(loss.item())")
    run = ["for x, y in itertools.islice(batches(), 100):", *("    " + text for text in body)]
    blocks = ["\n".join(lines) for lines in (imports, made)]
    blocks += ["\n" + "\n".join(lines) for lines in (_batches(settings), run)]
    return "\n\n".join(blocks).replace("\n\n\n\n", "\n\n\n") + "\n"


def _data(settings: Settings) -> list[str]:
    if settings.data == "random":
        y = ".argmax(1)" if settings.loss != "mse" else ""
        return ["x = torch.randn(1, 1, 32, 32)", f"y = torch.randn(10).view(1, -1){y}"]
    if settings.data == "mnist":
        return [f"data, _ = digits.load_mnist({settings.mnist_root!r})"]
    if settings.data == "folder":
        return [f"data, _ = digits.load_folder({settings.folder_root!r})"]
    return ["data = digits.training_strokes()"]


def _batches(settings: Settings) -> list[str]:
    """The loader as a generator function; it must give what ``sources.Loader`` gives."""
    if settings.data == "random":
        return ["def batches():", "    while True:", "        yield x, y"]
    shuffle = "torch.randperm(len(data), generator=shuffle)"
    first = "torch.arange(len(data))" if settings.data == "strokes" else shuffle
    return [
        "def batches():",
        f"    shuffle = torch.Generator().manual_seed({settings.seed})",
        f"    order = {first}",
        "    while True:",
        f"        for index in order.split({settings.batch_size}):",
        "            yield data.batch(index)",
        f"        order = {shuffle}",
    ]
