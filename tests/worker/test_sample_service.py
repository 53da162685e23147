"""What the worker answers about its samples, without a process around it."""

import numpy as np
import pytest
import torch

import backprop_viz as bv
from backprop_viz.recording.requests.samples import EvaluationProgress, Page, Sheet, confusion
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.stream.messages import Update
from backprop_viz.training.evaluation.evaluate import Scoring
from backprop_viz.worker.loop import Worker
from backprop_viz.worker.run_state import RunState
from backprop_viz.worker.sample_service import SampleService, as_bytes


class Box:
    """A channel that keeps what it is given."""

    def __init__(self) -> None:
        self.answers: list[Sheet | Page | EvaluationProgress] = []

    def answer(self, answer: Sheet | Page | EvaluationProgress) -> None:
        self.answers.append(answer)


@pytest.fixture
def box() -> Box:
    return Box()


@pytest.fixture
def state() -> RunState:
    return RunState()


@pytest.fixture
def service(box: Box, state: RunState) -> SampleService:
    service = SampleService(state, box)
    state.begin(Settings(data="strokes", lr=0.05, batch_size=64))
    return service


@pytest.fixture
def trainer(service: SampleService, state: RunState) -> bv.Trainer:
    return state.trainer


def test_nothing_is_sent_while_nothing_is_watched(
    service: SampleService, box: Box, trainer: bv.Trainer
) -> None:
    service.evaluated(trainer.evaluate())
    service.begin()
    service.rewound(0)
    assert box.answers == []
    assert not service.busy


def test_the_sheet_of_an_evaluation_is_sent_to_who_watches(
    service: SampleService, box: Box, trainer: bv.Trainer
) -> None:
    service.watch("validation")
    (empty,) = box.answers
    assert empty.iteration is None
    assert len(empty.labels) == 3000
    trainer.iterate()
    evaluation = trainer.evaluate()
    service.evaluated(evaluation)
    sheet = box.answers[-1]
    assert sheet.iteration == 1
    assert sheet.scores is evaluation.scores
    table = confusion(sheet)
    assert table.trace() / table.sum() == evaluation.accuracy
    service.watch(None)
    count = len(box.answers)
    service.evaluated(evaluation)
    assert len(box.answers) == count


def test_a_part_is_read_slice_by_slice_as_evaluate_does(
    service: SampleService, box: Box, trainer: bv.Trainer
) -> None:
    trainer.iterate()
    service.watch("validation")
    service.evaluate("validation", None)
    slices = 0
    while service.busy:
        service.go_on(training=False)
        slices += 1
    assert slices == 47  # of 64 samples each
    sheet = box.answers[-1]
    scores = trainer.evaluate().scores
    assert np.array_equal(sheet.scores.predicted, scores.predicted)
    assert np.array_equal(sheet.scores.loss, scores.loss)
    told = [a for a in box.answers if isinstance(a, EvaluationProgress)]
    assert told[0] == EvaluationProgress("validation", 0, 3000)
    assert told[-1] == EvaluationProgress("validation", 0, 0)


def test_cancelling_leaves_the_scores_before(
    service: SampleService, box: Box, trainer: bv.Trainer
) -> None:
    service.watch("validation")
    evaluation = trainer.evaluate()
    service.evaluated(evaluation)
    service.evaluate("validation", None)
    service.go_on(training=False)
    service.cancel()
    assert not service.busy
    service.watch("validation")
    assert box.answers[-1].scores is evaluation.scores


def test_beside_training_a_slice_waits_its_turn(
    service: SampleService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It waits as long as it worked: a second."""
    now, done, go_on = [100.0], [], Scoring.go_on

    def slow(scoring: Scoring) -> None:
        now[0] += 1.0
        go_on(scoring)
        done.append(scoring.done)

    monkeypatch.setattr("backprop_viz.worker.sample_service.time.perf_counter", lambda: now[0])
    monkeypatch.setattr(Scoring, "go_on", slow)
    service.evaluate("validation", None)
    service.go_on(training=True)
    now[0] += 0.9
    service.go_on(training=True)
    assert len(done) == 1
    service.go_on(training=False)
    assert len(done) == 2
    now[0] += 1.1
    service.go_on(training=True)
    assert len(done) == 3
    assert done == sorted(set(done))


def test_an_evaluation_that_fails_is_over(
    service: SampleService, box: Box, trainer: bv.Trainer
) -> None:
    trainer.model.fc3 = torch.nn.Linear(5, 10)
    service.evaluate("validation", None)
    with pytest.raises(RuntimeError):
        service.go_on(training=False)
    assert not service.busy
    assert box.answers[-1] == EvaluationProgress("validation", 0, 0)


def test_going_back_forgets_what_came_later(
    service: SampleService, box: Box, trainer: bv.Trainer
) -> None:
    start = trainer.checkpoint()
    trainer.iterate()
    service.evaluated(trainer.evaluate())
    service.watch("validation")
    assert box.answers[-1].iteration == 1
    trainer.restore(start)
    service.rewound(0)
    assert box.answers[-1].iteration is None


def test_a_page_has_the_images_asked_for(
    service: SampleService, box: Box, trainer: bv.Trainer
) -> None:
    service.watch("train")
    source = box.answers[-1].source
    index = np.array([5, 0, 999])
    service.images("train", source, index)
    page = box.answers[-1]
    images, _ = trainer.samples("train").batch(torch.from_numpy(index))
    assert np.array_equal(page.images / np.float32(255), images[:, 0].numpy())
    service.images("train", source - 1, index)  # of data that is no more
    assert box.answers[-1] is page


def test_images_beyond_0_to_1_are_stretched() -> None:
    images = np.array([[[0.0, 0.5]], [[-1.0, 3.0]], [[7.0, 7.0]]], np.float32)
    assert as_bytes(images).tolist() == [[[0, 128]], [[0, 255]], [[0, 0]]]


def test_a_sample_becomes_the_batch_and_the_data_goes_on_after_it(
    service: SampleService, box: Box, trainer: bv.Trainer, state: RunState
) -> None:
    plain = bv.Trainer("strokes")
    x, y = plain.samples("validation").batch(torch.tensor([17]))
    loader_batch = plain.batch
    service.watch("validation")
    source = box.answers[-1].source
    state.record_iteration().step()
    state.record_iteration().step()
    assert not service.take_next("validation", source - 1, 17)  # of data that is no more
    assert trainer.phase is Phase.LOSS
    assert service.take_next("validation", source, 17)
    assert trainer.phase is Phase.ZERO_GRAD
    trainer.zero_grad()
    assert torch.equal(trainer.batch[0], x)
    loss = trainer.iterate().loss
    net = plain.model
    optimizer = torch.optim.SGD(net.parameters(), lr=0.05)
    expected = torch.nn.functional.cross_entropy(net(x), y)
    expected.backward()
    optimizer.step()
    assert loss == expected.item()
    trainer.fetch()
    assert torch.equal(trainer.batch[0], loader_batch[0])
    assert (
        trainer.iterate().loss
        == torch.nn.functional.cross_entropy(net(loader_batch[0]), loader_batch[1]).item()
    )


def test_a_sample_without_a_label_to_learn_is_refused(box: Box) -> None:
    state = RunState()
    service = SampleService(state, box)
    state.begin(Settings(data="random", loss="mse", batch_size=1))
    state.record_iteration().step()
    service.watch("train")
    source = box.answers[-1].source
    with pytest.raises(ValueError, match="Random data has no labels"):
        service.take_next("train", source, 0)
    assert state.trainer.phase is Phase.FORWARD


def test_the_curves_have_an_evaluation_before_its_sheet_comes() -> None:
    class Post(Box):
        def publish(self, update: Update, recording: object = None) -> None:
            self.answers.append(update)

        def has_command(self) -> bool:
            return False

    worker = Worker(post := Post(), Settings())
    worker.samples.watch("validation")
    worker.phases.iterate()
    post.answers.clear()
    worker.phases.evaluate()
    update, sheet = post.answers
    assert sheet.iteration == 1
    ((iteration, _, accuracy),) = update.validation
    assert iteration == 1
    assert accuracy == (sheet.scores.predicted == sheet.labels).mean()
