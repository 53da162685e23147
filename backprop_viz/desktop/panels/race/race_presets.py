"""Ready-made lanes of a race, made from the settings of the window's run."""

from collections.abc import Mapping
from dataclasses import replace

from backprop_viz.recording.requests.race import RaceLane
from backprop_viz.recording.settings.run_settings import Settings

# The optimizers that the tutorial names, with the learning rates of torch's own defaults but for
# SGD, which has none that trains LeNet in a race's time.
_TUTORIAL: Mapping[str, float] = {"sgd": 0.05, "nesterov": 0.05, "adam": 0.001, "rmsprop": 0.001}
_RATES = (0.001, 0.01, 0.1, 1.0)
_SEEDS = (0, 1, 2, 3, 4)


def tutorial_optimizers(settings: Settings) -> tuple[RaceLane, ...]:
    """A lane for each optimizer of PyTorch's tutorial."""
    return tuple(
        RaceLane(replace(settings, optimizer=name, lr=rate, optimizer_options={}), (settings.seed,))
        for name, rate in _TUTORIAL.items()
    )


def learning_rates(settings: Settings) -> tuple[RaceLane, ...]:
    """The run's optimizer with learning rates from 0.001 to 1."""
    return tuple(RaceLane(replace(settings, lr=rate), (settings.seed,)) for rate in _RATES)


def five_seeds(settings: Settings) -> tuple[RaceLane, ...]:
    """The run's settings with the seeds 0 to 4, as one lane with a band."""
    return (RaceLane(settings, _SEEDS),)
