"""Each finding has a sentence that fits its values."""

import re
from pathlib import Path

from backprop_viz.analysis import findings
from backprop_viz.desktop.texts.finding_texts import finding_text, finding_texts
from backprop_viz.desktop.texts.finding_titles import finding_title, finding_titles
from backprop_viz.desktop.texts.finding_topics import looked_for
from backprop_viz.recording.notices.finding import Finding


def test_each_code_has_one_and_each_sentence_a_code() -> None:
    files = Path(findings.__file__).parent.glob("*.py")
    codes = {
        code
        for file in files
        for code in re.findall(r'Finding\(\s*"(\w+)"', file.read_text("utf-8"))
    }
    assert codes == set(finding_texts()) == set(finding_titles())


def test_values_are_put_into_the_sentence() -> None:
    assert finding_text(Finding("dead_units", "hint", ("0", 2, 6))) == (
        "Units of 0 that are 0 for the whole batch: 2 of 6."
    )
    assert finding_text(Finding("vanishing", "warning", ("a", "b", 3.14e-8))) == (
        "Gradients vanish: that of a is 3.1e-08 times that of b."
    )
    assert finding_title(Finding("dead_units", "hint", ("0", 2, 6))) == "0: dead units, 2 of 6"


def test_a_number_of_usual_size_is_no_power_of_ten() -> None:
    said = finding_text(Finding("steps_too_large", "warning", (1.82,)))
    assert said.startswith("Updates are 1.82 times as large as the weights")


def test_each_code_is_among_what_was_looked_for() -> None:
    everything = looked_for(())
    for code in finding_texts():
        assert len(looked_for([Finding(code, "hint")])) == len(everything) - 1, code
