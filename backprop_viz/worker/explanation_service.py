"""Explains numbers of recordings, the one asked for last, in slices between other commands."""

from collections.abc import Iterator

from backprop_viz.analysis.numbers.number_origin import value_of
from backprop_viz.capture.explaining.chains import chain, effects
from backprop_viz.capture.explaining.explainer import explain_number
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.explanations.number_explanation import (
    Fact,
    NumberExplanation,
    shortened,
)
from backprop_viz.recording.iteration import Recording
from backprop_viz.stream.commands import HELD
from backprop_viz.stream.messages import (
    ChainFollowed,
    EffectsFound,
    ExplanationAnswer,
    NumberExplained,
)
from backprop_viz.worker.channel import WorkerChannel
from backprop_viz.worker.run_state import RunState

# How many terms of each step of a chain are sent.
CHAIN_TERMS = 8


class ExplanationService:
    """Holds what the window asks about besides the newest recording.

    A number asked for while another is being explained takes its place.
    """

    def __init__(self, state: RunState, channel: WorkerChannel) -> None:
        self._state, self._channel = state, channel
        self._held: dict[int, Recording] = {}
        self._answers: Iterator[ExplanationAnswer] | None = None

    @property
    def busy(self) -> bool:
        """Whether an answer is due."""
        return self._answers is not None

    def take(self, keep: int, recording: Recording | None = None) -> None:
        """Keep a recording that the window has sent, ``keep`` of them in all.

        None stands for the one sent last, which two services may have asked for.
        """
        if recording is not None:
            self.hold(recording, keep)

    def hold(self, recording: Recording, keep: int = HELD) -> None:
        """Keep a recording of the window's, in place of the oldest one."""
        self._held.pop(recording.serial, None)
        self._held[recording.serial] = recording
        for serial in list(self._held)[:-keep]:
            del self._held[serial]

    def explain(self, request: int, serial: int, number: Number) -> None:
        """Explain a number from the next slice on; what was asked before is dropped."""
        recording = self.find(serial, number)
        if recording is None:
            self._answers = None
            self._channel.answer(NumberExplained(request, None))
        else:
            self._answers = _answers(request, recording, number)

    def go_on(self) -> None:
        """Give the next answer. Raises what the engine raises, after having answered with it."""
        if self._answers is None:
            return
        answer = next(self._answers, None)
        if answer is None:
            self._answers = None
        else:
            self._channel.answer(answer)

    def find(self, serial: int, number: Number | None = None) -> Recording | None:
        """The recording of a serial, if it goes as far as the number."""
        for recording in (self._state.recording, *self._held.values()):
            if recording.serial == serial and (number is None or _reaches(recording, number)):
                return recording
        return None


def _reaches(recording: Recording, number: Number) -> bool:
    known = number.tensor < len(recording.tensors)
    return known and (number.event is None or number.event < len(recording.events))


def _answers(request: int, recording: Recording, number: Number) -> Iterator[ExplanationAnswer]:
    try:
        yield NumberExplained(request, explain_number(recording, number))
        steps = chain(recording, number)
        yield ChainFollowed(request, tuple(shortened(step, CHAIN_TERMS) for step in steps))
        yield EffectsFound(request, effects(recording, number))
    except Exception as error:
        yield NumberExplained(request, _failed(recording, number, error))
        raise


def _failed(recording: Recording, number: Number, error: Exception) -> NumberExplanation:
    value = float("nan") if number.intermediate else value_of(recording, number)
    reason = Fact("failed", (type(error).__name__, str(error)))
    return NumberExplanation(number, value, "given", "", total=value, reason=reason)
