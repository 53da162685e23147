"""A sentence for each thing the user may have to be told."""

from PySide6.QtCore import QCoreApplication

from ..core.records import Notice


def sentence(notice: Notice) -> str:
    """What to say, and what to do, in the user's language."""
    translate = QCoreApplication.translate
    text = {
        "loss_not_finite": translate(
            "notices",
            "The loss became {0} in iteration {1}, so training stopped before the update: "
            "lower the learning rate and press Reset.",
        ),
        "refused": translate("notices", "{0}"),
        "out_of_memory": translate(
            "notices", "There is not enough memory for this: choose a smaller batch."
        ),
        "failed": translate("notices", "This could not be run. torch says: {0}: {1}"),
        "undone": translate(
            "notices", "This could not be run, so the run is as it was. torch says: {0}: {1}"
        ),
        "undone_memory": translate(
            "notices",
            "There is not enough memory for this, so the run is as it was: choose a smaller batch.",
        ),
        "worker_ended": translate(
            "notices",
            "The process that runs torch could not start, perhaps for lack of memory: restart the "
            "program.",
        ),
        "worker_restarted": translate(
            "notices",
            "The process that runs torch ended, perhaps for lack of memory. It was restarted "
            "with the same settings and a new network; the loss so far stays on the plot.",
        ),
        "window_failed": translate(
            "notices", "Something in the window failed; training is not affected. {0}: {1}"
        ),
    }[notice.code]
    return text.format(*notice.values)
