"""A finding in a notebook is a sentence, with where its evidence is."""

import pytest

from backprop_viz.recording.notices.finding import Finding


@pytest.mark.parametrize(
    ("finding", "said"),
    [
        (
            Finding("squashed_twice", "warning", ("softmax", "cross_entropy"), event=1),
            "Warning: softmax comes before cross_entropy, which expects raw scores: remove the "
            "softmax. See events[1] of the recording.",
        ),
        (
            Finding("vanishing", "hint", ("a", "b", 3.14e-8)),
            "Hint: Gradients vanish: that of a is 3.1e-08 times that of b.",
        ),
        (
            Finding("raised", "error", ("RuntimeError", "no (5x3)", "a was given."), event=2),
            "Error: no (5x3). a was given. See events[2] of the recording.",
        ),
        (Finding("of_a_newer_version", "error", (1,)), "Error: of_a_newer_version"),
    ],
)
def test_it_says_what_is_wrong(finding: Finding, said: str) -> None:
    assert str(finding) == said
    assert repr((finding,)) == f"(<{finding.code}: {said}>,)"
