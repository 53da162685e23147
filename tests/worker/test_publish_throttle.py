import itertools

from backprop_viz.worker.publish_throttle import (
    EVALUATION_S,
    RECORDING_S,
    UPDATES_PER_SECOND,
    PublishThrottle,
)


def trained(
    seconds: float, free_s: float, recorded_s: float
) -> tuple[PublishThrottle, int, int, int]:
    """A throttle after some training, and its iterations, recordings and updates."""
    throttle, now, iteration, recordings, updates = PublishThrottle(), 100.0, 0, 0, 0
    throttle.begin(now, iteration)
    while now < 100.0 + seconds:
        if throttle.recording_due(now, iteration):
            throttle.recorded(now, iteration)
            now += recorded_s
            recordings += 1
        else:
            now += free_s
            updates += throttle.update_due(now)
        iteration += 1
    return throttle, iteration, recordings, updates


def test_recordings_come_evenly_whatever_they_cost() -> None:
    for free_s, recorded_s in ((0.005, 0.005), (0.005, 0.010), (0.1, 0.08), (0.01, 0.5)):
        _, _, recordings, updates = trained(60.0, free_s, recorded_s)
        assert 60 / (RECORDING_S + free_s) - 1 <= recordings <= 60 / RECORDING_S + 1
        assert updates > recordings


def test_the_first_recording_comes_at_once() -> None:
    _, _, recordings, _ = trained(0.2, 0.01, 0.02)
    assert recordings == 1


def test_updates_come_thirty_times_a_second_at_most() -> None:
    _, _, recordings, updates = trained(30.0, 0.002, 0.008)
    assert (recordings + updates) / 30 > 0.8 * UPDATES_PER_SECOND
    assert updates / 30 <= UPDATES_PER_SECOND


def test_never_two_recordings_in_a_row_however_slow_an_iteration_is() -> None:
    _, iterations, recordings, _ = trained(60.0, 1.0, 1.0)
    assert recordings <= iterations / 2


def test_the_rate_is_that_of_the_iterations() -> None:
    throttle, iterations, _, _ = trained(30.0, 0.01, 0.02)
    assert abs(throttle.rate - iterations / 30) < 0.1 * iterations / 30
    throttle.stop()
    assert throttle.rate == 0.0


def test_evaluations_come_often_at_first_and_then_evenly() -> None:
    throttle = PublishThrottle()
    throttle.begin(50.0, 0)
    due = [t / 10 for t in range(500, 1500) if throttle.evaluation_due(t / 10)]
    gaps = [round(b - a, 3) for a, b in itertools.pairwise(due)]
    assert due[0] == 50.0
    assert gaps == sorted(gaps)
    assert gaps[0] == 1.0
    assert gaps[-1] == EVALUATION_S
