"""Only the newest question is answered, and a worker that lacks the recording is given it once."""

import pytest

import backprop_viz as bv
from backprop_viz.desktop.run.explanation_requests import ExplanationRequests, Question
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.explanations.number_explanation import NumberExplanation
from backprop_viz.recording.iteration import Recording
from backprop_viz.stream.commands import ExplainNumber, HoldRecording
from backprop_viz.stream.messages import ChainFollowed, NumberExplained


class FakeChannel:
    """Keeps what is submitted."""

    def __init__(self) -> None:
        self.sent: list[tuple[ExplainNumber | HoldRecording, Recording | None]] = []
        self.up = True

    def submit(self, command: ExplainNumber | HoldRecording, recording: Recording | None) -> bool:
        self.sent.append((command, recording))
        return self.up


@pytest.fixture(scope="module")
def recording() -> Recording:
    return bv.Trainer(data="random", loss="mse", batch_size=1).record()


@pytest.fixture
def channel() -> FakeChannel:
    return FakeChannel()


def explained(request: int, number: Number) -> NumberExplained:
    return NumberExplained(request, NumberExplanation(number, 1.0, "given", "x"))


def test_answers_to_an_earlier_question_are_dropped(
    channel: FakeChannel, recording: Recording
) -> None:
    requests = ExplanationRequests(channel.submit)
    first, second = Number(0, (0, 0, 0, 0)), Number(1, (0,))
    assert requests.ask(Question(recording, first))
    assert requests.ask(Question(recording, second))
    one, two = (command for command, _ in channel.sent)
    assert isinstance(one, ExplainNumber)
    assert isinstance(two, ExplainNumber)
    assert (two.serial, two.number) == (recording.serial, second)
    assert not requests.is_wanted(explained(one.request, first))
    assert not requests.is_wanted(ChainFollowed(one.request, ()))
    assert requests.is_wanted(explained(two.request, second))
    assert requests.is_wanted(ChainFollowed(two.request, ()))
    requests.drop()
    assert not requests.is_wanted(ChainFollowed(two.request, ()))


def test_a_worker_without_the_recording_is_given_it_once(
    channel: FakeChannel, recording: Recording
) -> None:
    requests = ExplanationRequests(channel.submit)
    requests.ask(Question(recording, Number(0, (0, 0, 0, 0))))
    asked, _ = channel.sent[0]
    assert isinstance(asked, ExplainNumber)
    assert not requests.is_wanted(NumberExplained(asked.request, None))
    assert channel.sent[1:] == [(HoldRecording(), recording), (asked, None)]
    assert requests.is_wanted(NumberExplained(asked.request, None))
    assert len(channel.sent) == 3


def test_another_worker_is_asked_again_and_given_the_recording(
    channel: FakeChannel, recording: Recording
) -> None:
    requests = ExplanationRequests(channel.submit)
    requests.ask_again()
    assert channel.sent == []
    requests.ask(Question(recording, Number(0, (0, 0, 0, 0))))
    asked, _ = channel.sent[0]
    assert isinstance(asked, ExplainNumber)
    assert not requests.is_wanted(NumberExplained(asked.request, None))
    requests.ask_again()
    assert not requests.is_wanted(NumberExplained(asked.request, None))
    assert [type(command) for command, _ in channel.sent[3:]] == [
        ExplainNumber,
        HoldRecording,
        ExplainNumber,
    ]


def test_without_a_worker_it_is_said(channel: FakeChannel, recording: Recording) -> None:
    channel.up = False
    requests = ExplanationRequests(channel.submit)
    assert not requests.ask(Question(recording, Number(0, (0, 0, 0, 0))))
