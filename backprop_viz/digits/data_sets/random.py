"""The tutorial's data: random images and random targets."""

from typing import Any

from backprop_viz.digits.data_set import DataSet, ScriptSamples
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP


def _load(root: str, batch_size: int) -> tuple[Any, Any]:
    from backprop_viz.digits.random_inputs import RandomInputs

    samples = RandomInputs(batch_size)
    return samples, samples


def _script(root: str, batch_size: int) -> ScriptSamples:
    one = "torch.randn(10).view(1, -1)"  # as the tutorial writes it
    targets = one if batch_size == 1 else f"torch.randn({batch_size}, 10)"
    return ScriptSamples(samples=(f"x = torch.randn({batch_size}, 1, 32, 32)", f"y = {targets}"))


DATA_SET = DataSet(
    name="random",
    title=QT_TRANSLATE_NOOP("data sets", "Random input"),
    tooltip=QT_TRANSLATE_NOOP(
        "data sets", "One batch of random images and random targets, as in PyTorch's tutorial"
    ),
    load=_load,
    digits=False,
    one_batch=True,
    shuffled=False,
    usual_loss="mse",
    script=_script,
    order=1,
)
