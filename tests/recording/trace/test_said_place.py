import pytest

from backprop_viz.recording.trace.torch_error import said_place


@pytest.mark.parametrize(
    ("place", "said"),
    [
        (("/home/me/train.py", 31), "train.py:31"),
        (("<network 1a2b3c4d>", 7), "network:7"),
        (("<stdin>", 1), "<stdin>:1"),
    ],
)
def test_a_line_is_said_with_its_file(place: tuple[str, int], said: str) -> None:
    assert said_place(place) == said
