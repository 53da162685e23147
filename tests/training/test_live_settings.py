"""Which settings a run can change and continue."""

from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.training.live_settings import continues, live_settings


def test_which_settings_can_change_in_a_run() -> None:
    run = Settings()
    assert continues(Settings(lr=1.0, batch_size=3, set_to_none=False), run)
    assert continues(Settings(schedule="cosine", schedule_options={"iterations": 9}), run)
    assert not continues(Settings(schedule="cosine", seed=1), run)
    assert not continues(Settings(optimizer_options={"momentum": 0.9}), run)
    assert not continues(Settings(loss="l1"), run)
    assert not continues(run.with_root("mnist", "some/folder"), run)


def test_random_data_has_as_many_samples_as_its_batch() -> None:
    run = Settings(data="random")
    assert not continues(Settings(data="random", batch_size=3), run)
    assert live_settings(Settings()).keys() - live_settings(run).keys() == {"batch_size"}
