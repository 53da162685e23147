import itertools

from backprop_viz.pace import EVALUATION_S, RECORDING_SHARE, SLOWEST_S, UPDATES_PER_SECOND, Pace


def trained(seconds: float, free_s: float, recorded_s: float) -> tuple[Pace, int, int, int]:
    """A pace after so long of training, and how many iterations, recordings and updates it had."""
    pace, now, iteration, recordings, updates = Pace(), 100.0, 0, 0, 0
    pace.begin(now, iteration)
    while now < 100.0 + seconds:
        if pace.recording_due(now, iteration):
            pace.recorded(now, recorded_s, iteration)
            now += recorded_s
            recordings += 1
        else:
            pace.ran_free(free_s)
            now += free_s
            updates += pace.update_due(now)
        iteration += 1
    return pace, iteration, recordings, updates


def test_recording_takes_no_more_than_its_share() -> None:
    seconds, free_s, recorded_s = 60.0, 0.005, 0.010
    _, _, recordings, _ = trained(seconds, free_s, recorded_s)
    share = recordings * (recorded_s - free_s) / seconds
    assert 0.8 * RECORDING_SHARE < share < 1.1 * RECORDING_SHARE


def test_recordings_that_cost_nothing_come_as_often_as_updates() -> None:
    _, _, recordings, _ = trained(10.0, 0.005, 0.005)
    assert 0.8 * UPDATES_PER_SECOND < recordings / 10 <= UPDATES_PER_SECOND


def test_recordings_that_cost_much_still_come() -> None:
    _, _, recordings, updates = trained(20.0, 0.01, 1.0)
    assert recordings >= 0.8 * 20.0 / (1.0 + SLOWEST_S)
    assert updates > 0


def test_updates_come_thirty_times_a_second_at_most() -> None:
    _, _, recordings, updates = trained(30.0, 0.002, 0.008)
    assert (recordings + updates) / 30 > 0.8 * UPDATES_PER_SECOND
    assert updates / 30 <= UPDATES_PER_SECOND


def test_never_two_recordings_in_a_row_however_slow_an_iteration_is() -> None:
    _, iterations, recordings, _ = trained(60.0, 1.0, 1.0)
    assert recordings <= iterations / 2


def test_a_machine_that_slept_does_not_record_more_when_it_wakes() -> None:
    pace, iteration, _, _ = trained(10.0, 0.02, 0.03)
    pace.ran_free(60.0)  # it slept in the middle of this one
    now, recordings = 200.0, 0
    while now < 201.0:
        if pace.recording_due(now, iteration):
            pace.recorded(now, 0.03, iteration)
            recordings += 1
            now += 0.03
        else:
            pace.ran_free(0.02)
            now += 0.02
        iteration += 1
    assert recordings <= 2


def test_the_rate_is_that_of_the_iterations() -> None:
    pace, iterations, _, _ = trained(30.0, 0.01, 0.02)
    assert abs(pace.rate - iterations / 30) < 0.1 * iterations / 30
    pace.stop()
    assert pace.rate == 0.0


def test_evaluations_come_often_at_first_and_then_evenly() -> None:
    pace = Pace()
    pace.begin(50.0, 0)
    due = [t / 10 for t in range(500, 1500) if pace.evaluation_due(t / 10)]
    gaps = [round(b - a, 3) for a, b in itertools.pairwise(due)]
    assert due[0] == 50.0
    assert gaps == sorted(gaps)
    assert gaps[0] == 1.0
    assert gaps[-1] == EVALUATION_S
