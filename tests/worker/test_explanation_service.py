"""The worker explains the number asked for last, of its own recording or of one that it holds."""

from typing import cast

import pytest

import backprop_viz as bv
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.explanations.number_explanation import Fact
from backprop_viz.recording.iteration import Recording
from backprop_viz.stream.commands import HELD
from backprop_viz.stream.messages import (
    ChainFollowed,
    EffectsFound,
    ExplanationAnswer,
    NumberExplained,
)
from backprop_viz.worker import explanation_service
from backprop_viz.worker.channel import WorkerChannel
from backprop_viz.worker.explanation_service import CHAIN_TERMS, ExplanationService
from backprop_viz.worker.run_state import RunState


class Told:
    """In place of the line: keeps the answers."""

    def __init__(self) -> None:
        self.answers: list[ExplanationAnswer] = []

    def answer(self, answer: ExplanationAnswer) -> None:
        self.answers.append(answer)


def recorded(seed: int = 0) -> Recording:
    trainer = bv.Trainer(data="random", loss="mse", batch_size=1, seed=seed)
    return trainer.record()


@pytest.fixture(scope="module")
def recording() -> Recording:
    return recorded()


def served(recording: Recording) -> tuple[ExplanationService, Told]:
    state, told = RunState(), Told()
    state.recording = recording
    return ExplanationService(state, cast(WorkerChannel, told)), told


def bias_gradient(recording: Recording) -> Number:
    event = recording.happened_to["conv1.bias"][1]
    tensor = recording.events[event].output_ids[0]
    assert tensor is not None
    return Number(tensor, (2,), event)


def finish(service: ExplanationService) -> None:
    while service.busy:
        service.go_on()


def test_the_explanation_comes_first_then_the_chain_then_the_effects(recording: Recording) -> None:
    service, told = served(recording)
    number = bias_gradient(recording)
    assert not service.busy
    service.explain(3, recording.serial, number)
    assert service.busy
    assert told.answers == []
    finish(service)
    first, chain, effects = told.answers
    assert isinstance(first, NumberExplained)
    assert isinstance(chain, ChainFollowed)
    assert isinstance(effects, EffectsFound)
    assert first.request == chain.request == effects.request == 3
    assert first.explanation is not None
    value = recording.tensors[number.tensor][2]
    assert first.explanation.value == value
    assert first.explanation.total == pytest.approx(float(value), rel=2e-5)
    assert chain.chain[0].number == number
    assert chain.chain[-1].value == 1.0
    assert all(len(p.values) <= CHAIN_TERMS for step in chain.chain for p in step.parts)
    # The chain's steps keep the whole sum though not every term.
    assert chain.chain[0].total == first.explanation.total
    assert len(first.explanation.terms) > CHAIN_TERMS


def test_a_number_asked_for_meanwhile_takes_the_place(recording: Recording) -> None:
    service, told = served(recording)
    service.explain(1, recording.serial, bias_gradient(recording))
    service.go_on()
    service.explain(2, recording.serial, Number(recording.parameters[0].value_id, (0, 0, 0, 0)))
    finish(service)
    assert [answer.request for answer in told.answers] == [1, 2, 2, 2]


def test_a_recording_that_is_not_held_is_asked_for(recording: Recording) -> None:
    service, told = served(recording)
    other = recorded(seed=1)
    number = bias_gradient(other)
    service.explain(1, other.serial, number)
    assert not service.busy
    (lacking,) = told.answers
    assert isinstance(lacking, NumberExplained)
    assert lacking.explanation is None
    service.hold(other)
    service.explain(2, other.serial, number)
    finish(service)
    found = told.answers[1]
    assert isinstance(found, NumberExplained)
    assert found.explanation is not None
    assert found.explanation.value == other.tensors[number.tensor][2]


def test_the_newest_recordings_are_held(recording: Recording) -> None:
    service, told = served(recording)
    given = [recorded(seed) for seed in range(1, HELD + 2)]
    for each in given:
        service.hold(each)
    for request, each in enumerate(given):
        service.explain(request, each.serial, bias_gradient(each))
        finish(service)
    lacking = [a.request for a in told.answers if getattr(a, "explanation", 0) is None]
    assert lacking == [0]


def test_a_shorter_recording_of_the_iteration_does_not_do(recording: Recording) -> None:
    service, told = served(recording)
    number = Number(recording.parameters[0].value_id, (0, 0, 0, 0), len(recording.events))
    service.explain(1, recording.serial, number)
    (lacking,) = told.answers
    assert isinstance(lacking, NumberExplained)
    assert lacking.explanation is None


def test_what_goes_wrong_is_answered_and_raised(
    recording: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(recording: Recording, number: Number) -> None:
        raise RuntimeError("no kernel image")

    monkeypatch.setattr(explanation_service, "explain_number", broken)
    service, told = served(recording)
    number = bias_gradient(recording)
    service.explain(1, recording.serial, number)
    service.go_on()
    with pytest.raises(RuntimeError, match="no kernel image"):
        service.go_on()
    (answer,) = told.answers
    assert isinstance(answer, NumberExplained)
    assert answer.explanation is not None
    assert answer.explanation.value == recording.tensors[number.tensor][2]
    assert answer.explanation.reason == Fact("failed", ("RuntimeError", "no kernel image"))
    service.go_on()
    assert not service.busy
