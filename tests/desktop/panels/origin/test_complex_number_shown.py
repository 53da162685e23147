"""A complex number in the panel: its real part, and a click away its imaginary part."""

import pytest
import torch
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from backprop_viz.capture.explaining.chains import effects
from backprop_viz.capture.explaining.explainer import explain_number
from backprop_viz.desktop.panels.origin.origin_view import OriginView
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.iteration import Recording
from tests.capture.explaining.complex_nets import COMPLEX_NETS, squares
from tests.capture.recorded_nets import Applied, recorded_net


@pytest.fixture
def view(qtbot: QtBot) -> OriginView:
    view = OriginView()
    qtbot.addWidget(view)
    view.resize(1200, 330)
    view.show()

    def answer(recording: Recording, number: Number) -> None:
        view.show_explanation(explain_number(recording, number))
        view.show_effects(effects(recording, number))

    view.asked.connect(answer)
    return view


def recorded(name: str) -> Recording:
    torch.manual_seed(3)
    function, weight, x = COMPLEX_NETS[name]
    return recorded_net(Applied(weight(), function), x(), squares)


def made(recording: Recording, op: str) -> tuple[int, int]:
    i = next(i for i, event in enumerate(recording.events) if event.op == op)
    tensor = recording.events[i].output_ids[0]
    assert tensor is not None
    return i, tensor


def test_the_real_part_is_shown_and_the_other_is_a_click_away(view: OriginView) -> None:
    recording = recorded("products")
    i, tensor = made(recording, "mul")
    z = recording.tensors[tensor][1, 2]
    view.ask(recording, Number(tensor, (1, 2), i))
    said, _, value = view.columns.value.text().rpartition(" = ")
    assert said == "Re mul[1, 2]"
    assert float(value) == pytest.approx(float(z.real), rel=1e-3)
    assert len(view.terms.rows) == 2
    assert view.columns.other_part.text().startswith("Im mul[1, 2] = ")
    view.columns.other_part.click()
    said, _, value = view.columns.value.text().rpartition(" = ")
    assert said == "Im mul[1, 2]"
    assert float(value) == pytest.approx(float(z.imag), rel=1e-3)
    assert view.columns.other_part.text().startswith("Re mul[1, 2] = ")
    changed = [row.cells[0].text for row in view.columns.effects.rows.content.rows]
    assert changed == [f"view_as_real:{squares.__code__.co_firstlineno + 2}[1, 2, 1]"]


def test_a_gradient_says_what_torch_means_by_it(view: OriginView) -> None:
    recording = recorded("fft")
    i, tensor = made(recording, "AccumulateGrad")
    view.ask(recording, Number(tensor, (1,), i))
    assert view.columns.facts.text().startswith(
        "z is complex: torch's gradient is ∂L/∂Re z + i·∂L/∂Im z"
    )
    assert not view.columns.other_part.isHidden()


def test_what_is_no_sum_lists_the_numbers_that_it_depends_on(
    view: OriginView, qtbot: QtBot
) -> None:
    recording = recorded("exp")
    i, tensor = made(recording, "exp")
    view.ask(recording, Number(tensor, (0, 1), i))
    rows = view.columns.table.rows.content.rows
    assert sorted(row.cells[0].text for row in rows) == [
        "Im mul·mul[0, 1]",
        "Re mul·mul[0, 1]",
    ]
    first = rows[0].cells[0]
    view.columns.table.setFocus()
    view.columns.table.setCurrentIndex(view.columns.table.rows.index(0, 0))
    qtbot.keyClick(view.columns.table, Qt.Key.Key_Return)
    assert view.columns.value.text().startswith(f"{first.text} = ")
