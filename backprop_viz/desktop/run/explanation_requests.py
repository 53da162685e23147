"""What was asked about a number, until it is answered."""

from collections.abc import Callable
from dataclasses import dataclass

from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.iteration import Recording
from backprop_viz.stream.commands import Command, ExplainNumber, HoldRecording
from backprop_viz.stream.messages import ExplanationAnswer, NumberExplained

Submit = Callable[[Command, Recording | None], bool]


@dataclass(frozen=True, slots=True)
class Question:
    """A number of a recording that the worker is asked to explain.

    ``others``: the other ranks' recordings of that iteration, where a check needs them.
    """

    recording: Recording
    number: Number
    others: tuple[Recording, ...] = ()


class ExplanationRequests:
    """One question at a time: answers to an earlier one are dropped.

    A worker that does not hold the recording is sent it. ``submit`` says whether there is a worker.
    """

    def __init__(self, submit: Submit) -> None:
        self._submit = submit
        self._request = 0
        self._sent_recording = False
        self.question: Question | None = None

    def ask(self, question: Question) -> bool:
        """Ask about a number in place of what was asked before; whether there is a worker."""
        self._request += 1
        self.question, self._sent_recording = question, False
        return self._ask()

    def drop(self) -> None:
        """Drop the answers that are still to come."""
        self.question = None

    def ask_again(self) -> None:
        """Ask another worker, put in place of one that has ended."""
        self._sent_recording = False
        if self.question is not None:
            self._ask()

    def is_wanted(self, answer: ExplanationAnswer) -> bool:
        """Whether an answer is to be shown.

        It is not if another number was asked for since, nor if the worker has to be given the
        recording first, which is then done.
        """
        if self.question is None or answer.request != self._request:
            return False
        lacking = isinstance(answer, NumberExplained) and answer.explanation is None
        if not lacking or self._sent_recording:
            return True
        # Once: a recording that the worker cannot read is not sent again and again.
        self._sent_recording = True
        self._submit(HoldRecording(), self.question.recording)
        self._ask()
        return False

    def _ask(self) -> bool:
        assert self.question is not None
        recording, number = self.question.recording, self.question.number
        return self._submit(ExplainNumber(self._request, recording.serial, number), None)
