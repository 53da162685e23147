"""The texts above the cells of a notebook of the run."""

from collections.abc import Mapping

from backprop_viz.recording.translation import QT_TRANSLATE_NOOP

# By the part of the tutorial, in the notebook's order. {0} is the network's class, {1} the number
# of iterations.
NOTEBOOK_TEXTS: Mapping[str, str] = {
    "title": QT_TRANSLATE_NOOP(
        "notebook",
        "# {0}: {1} iterations\n\nEach line that the last cell prints is the loss of an iteration, "
        "bit for bit that of the run in backprop_viz. It needs torch alone.",
    ),
    "imports": QT_TRANSLATE_NOOP(
        "notebook",
        "## Import torch\n\n`F` has functions without weights, `nn` the layers and losses, `optim` "
        "the optimizers.",
    ),
    "network": QT_TRANSLATE_NOOP(
        "notebook",
        "## Define the network\n\n`__init__` makes the layers that have weights; `forward` says "
        "how a batch goes through them. autograd makes the backward pass.",
    ),
    "weights": QT_TRANSLATE_NOOP(
        "notebook",
        "## Make it\n\nThe seed decides the first weights: the same seed gives the same run.",
    ),
    "data": QT_TRANSLATE_NOOP(
        "notebook",
        "## Make the data ready\n\n`batches()` gives the inputs `x` and their targets `y`, one "
        "batch after the other.",
    ),
    "loss": QT_TRANSLATE_NOOP(
        "notebook",
        "## Choose a loss and an update rule\n\nThe loss says how wrong an output is; the update "
        "rule moves each weight against its gradient.",
    ),
    "training": QT_TRANSLATE_NOOP(
        "notebook",
        "## Train\n\nEach iteration clears the gradients, runs forward, computes the loss, runs "
        "backward and updates the weights.",
    ),
}
