"""The gradient check that was asked for, until it is done."""

from dataclasses import replace

from backprop_viz.desktop.run.explanation_requests import Question, Submit
from backprop_viz.stream.commands import HELD, CancelCheck, CheckGradient, HoldRecording
from backprop_viz.stream.messages import GradientChecked


class CheckRequests:
    """One check at a time: answers to an earlier one are dropped.

    A worker that does not hold the recordings is sent them, once.
    """

    def __init__(self, submit: Submit) -> None:
        self._submit = submit
        self._request = 0
        self._sent_recording = False
        self._asked: tuple[Question, float, float | None] | None = None

    def ask(self, question: Question, step: float, span: float | None) -> bool:
        """Ask for a check in place of what was asked before; whether there is a worker."""
        self._request += 1
        self._asked, self._sent_recording = (question, step, span), False
        return self._ask()

    def cancel(self) -> None:
        """Stop the check; the answer is as much of it as there is."""
        self._submit(CancelCheck(), None)

    def drop(self) -> None:
        """Stop the check, and drop its answer: another number is shown."""
        self._asked = None
        self.cancel()

    def to_be_shown(self, answer: GradientChecked) -> GradientChecked | None:
        """What is to be shown of an answer; None of one to an earlier check.

        The worker's recording may have gone on since: a unit of an event that the one that was
        asked about has not is counted, and not named.
        """
        if self._asked is None or answer.request != self._request:
            return None
        question = self._asked[0]
        lacking = answer.reason is not None and answer.reason.code == "not_held"
        if not lacking or self._sent_recording:
            check = answer.check
            known = None if check is None else check.known_in(len(question.recording.events))
            return replace(answer, check=known)
        self._sent_recording = True
        together = (*question.others, question.recording)
        for recording in together:
            self._submit(HoldRecording(max(HELD, len(together))), recording)
        self._ask()
        return None

    def _ask(self) -> bool:
        assert self._asked is not None
        question, step, span = self._asked
        serial = question.recording.serial
        others = tuple(other.serial for other in question.others)
        command = CheckGradient(self._request, serial, question.number, step, span, others)
        return self._submit(command, None)
