"""A sentence for each thing the user may have to be told."""

from PySide6.QtCore import QCoreApplication

from backprop_viz.desktop.clients.worker_process import EXIT_STATUS, OUT_OF_MEMORY
from backprop_viz.recording.errors import sentence_in
from backprop_viz.recording.notices.notice import Notice, sentences_of


def message_text(notice: Notice) -> str:
    """What to say, and what to do, in the user's language."""
    translate = QCoreApplication.translate
    if notice.code == "refused":
        return _sentence(notice.values[0], notice.values[1:])
    explained = {
        "explained": translate("notices", "This could not be run."),
        "explained_undone": translate("notices", "This could not be run, so the run is as it was."),
    }
    if notice.code in explained:
        said = (translate("errors", text).format(*given) for text, given in sentences_of(notice))
        torchs = translate("notices", "torch says: {0}").format(notice.values[0])
        # Whole sentences, of which each stands by itself.
        return " ".join((explained[notice.code], *said, torchs))
    texts = {
        "loss_not_finite": translate(
            "notices",
            "The loss became {0} in iteration {1}: lower the learning rate and press Reset.",
        ),
        "loss_of_script": translate("notices", "The loss became {0} in iteration {1}."),
        "loss_holds_script": translate(
            "notices",
            "The loss became {0} in iteration {1}: the script is held. F5 lets it go on; it is "
            "not held for that again.",
        ),
        "training_stopped_by_loss": translate(
            "notices",
            "The loss became {0} in iteration {1}, so training stopped before the update: "
            "lower the learning rate and press Reset.",
        ),
        "out_of_memory": translate(
            "notices", "There is not enough memory for this: choose a smaller batch."
        ),
        "failed": translate("notices", "This could not be run. {0} says: {1}: {2}"),
        "undone": translate(
            "notices", "This could not be run, so the run is as it was. {0} says: {1}: {2}"
        ),
        "undone_memory": translate(
            "notices",
            "There is not enough memory for this, so the run is as it was: choose a smaller batch.",
        ),
        "worker_not_started": translate(
            "notices",
            "The process that runs torch could not start ({0}): choose Run > Start torch again.",
        ),
        "worker_ended": translate(
            "notices",
            "The process that runs torch ended again and again ({0}): choose Run > Start torch "
            "again.",
        ),
        "worker_restarted": translate(
            "notices",
            "The process that runs torch ended ({0}). It is being started again.",
        ),
        "worker_restarted_reopened": translate(
            "notices",
            "The process that runs torch ended ({0}). It was restarted, and the run continues as "
            "it was saved in {1}.",
        ),
        "worker_restarted_not_taken_up": translate(
            "notices",
            "The process that runs torch ended ({0}). It was restarted with a new network, because "
            "the run could not be brought back. Its file stays where it is: {1}",
        ),
        "worker_restarted_new": translate(
            "notices",
            "The process that runs torch ended ({0}). It was restarted with the same settings and "
            "a new network; the loss so far stays on the plot.",
        ),
        "worker_restarted_taken_up": translate(
            "notices",
            "The process that runs torch ended ({0}). It was restarted, and the run continues from "
            "its last autosave, at most half a minute old.",
        ),
        "started_again": translate(
            "notices",
            "The process that runs torch is being started again.",
        ),
        "started_again_reopened": translate(
            "notices",
            "The process that runs torch was started again, and the run continues as it was saved "
            "in {0}.",
        ),
        "started_again_not_taken_up": translate(
            "notices",
            "The process that runs torch was started again with a new network, because the run "
            "could not be brought back. Its file stays where it is: {0}",
        ),
        "started_again_new": translate(
            "notices",
            "The process that runs torch was started again, with the same settings and a new "
            "network; the loss so far stays on the plot.",
        ),
        "started_again_taken_up": translate(
            "notices",
            "The process that runs torch was started again, and the run continues from its last "
            "autosave.",
        ),
        "no_worker": translate(
            "notices",
            "This was not done, because the process that runs torch has ended: choose Run > Start "
            "torch again.",
        ),
        "window_failed": translate("notices", "Something in the window failed: {0}: {1}"),
        "explaining_ended": translate(
            "notices",
            "The process that explains numbers ended ({0}). Ask again to start another.",
        ),
        "script_is_over": translate(
            "notices",
            "The script has ended, so nothing more can be run: go through what is recorded.",
        ),
        "script_ended": translate(
            "notices", "The script has ended. What was recorded can still be looked at."
        ),
        "watch_ended": translate(
            "notices", "The loop is watched no longer. What was recorded can still be looked at."
        ),
        "nothing_trained": translate(
            "notices",
            "The script has ended, and no training iteration was seen: it takes loss.backward(), "
            "and a model (a torch.nn.Module that is called) that an optimizer steps, or that a "
            "script without any optimizer moves itself, or tensors that the script itself makes "
            "with requires_grad=True. One that is only given to a module is followed if an "
            "optimizer steps it. In a process that the script starts it takes bv.watch.",
        ),
        "script_failed": translate(
            "notices",
            "The script has ended with status {0}. What was recorded can still be looked at.",
        ),
        "script_raised": translate("notices", "The script has ended at line {1}: {0}"),
        "next_cell_pauses": translate("notices", "The loop is held when it goes on."),
        "watched_again": translate(
            "notices", "bv.watch was called again: its iterations follow here, from {0} on."
        ),
        "cell_raised": translate(
            "notices", "The cell raised at line {1}; its iteration was dropped: {0}"
        ),
        "script_raised_later": translate(
            "notices",
            "The script has ended at line {1}, after {2} iterations; the newest recording is that "
            "of iteration {3}: {0}",
        ),
        "script_raised_unrecorded": translate(
            "notices",
            "The script has ended at line {1}, after iteration {2}. What raised was not recorded; "
            "run it again with --from {3} to look at it: {0}",
        ),
        "script_interrupted": translate(
            "notices",
            "The script was interrupted at line {0}, after iteration {1}. What was recorded can "
            "still be looked at.",
        ),
        "script_raised_elsewhere": translate("notices", "The script has ended: {0}"),
        "connection_is_lost": translate(
            "notices",
            "This was not done, because the connection to the script is lost: it is being tried "
            "again.",
        ),
        "connection_given_up": translate(
            "notices",
            "The connection to {0} was given up; the script may still run. What was recorded can "
            "still be looked at.",
        ),
        "connection_to_other_run": translate(
            "notices",
            "Another run listens at {0} now: attach again to see it. What was recorded can still "
            "be looked at.",
        ),
        "connection_taken_over": translate(
            "notices",
            "Another window has attached to {0} in place of this one. What was recorded can still "
            "be looked at.",
        ),
        "script_gone": translate(
            "notices",
            "The script's process is gone. What was recorded can still be looked at.",
        ),
        "not_understood": translate(
            "notices",
            "The window and the process that runs torch do not understand each other ({0}): save "
            "the session, then choose Run > Start torch again.",
        ),
    }
    return texts[notice.code].format(*map(_reason, notice.values))


def _sentence(text: str, values: tuple[str, ...]) -> str:
    said = QCoreApplication.translate("errors", text)
    return said.format(*map(_reason, values)) if values else said


def _reason(value: str) -> str:
    """A sentence, or why the worker ended, in the user's language; other values as they are."""
    if (found := sentence_in(value)) is not None:
        return _sentence(*found)
    if value == "SIGKILL":
        text = QCoreApplication.translate("notices", "{0}, perhaps for lack of memory")
    elif value == OUT_OF_MEMORY:
        return QCoreApplication.translate("notices", "the system had run out of memory")
    elif value.startswith(EXIT_STATUS):
        text = QCoreApplication.translate("notices", "exit status {0}")
        value = value.removeprefix(EXIT_STATUS)
    else:
        return value
    return text.format(value)
