"""The loss of a classifier, click by click down to a logit: the softmax between has numbers too."""

import pytest
import torch
from PySide6.QtCore import QPointF
from pytestqt.qtbot import QtBot
from torch.nn import functional

import backprop_viz as bv
from backprop_viz.analysis.numbers.number_origin import loss_number
from backprop_viz.recording.settings.presets import PRESETS
from backprop_viz.recording.settings.run_settings import Settings
from tests.conftest import OpenWindow
from tests.desktop.test_where_from import Explained
from tests.nightly import by_night
from tests.waiting import until_idle


def click_first(explained: Explained, role: str) -> None:
    """Click the first number of a role in the table."""
    table = explained.panel.columns.table
    headings = table.rows.content.headings
    column = next(i for i, h in enumerate(headings) if h.role == role and not h.place)
    rows = table.rows.content.rows
    row = next(i for i, each in enumerate(rows) if each.cells[column].number is not None)
    index = table.rows.index(row, column)
    table.scrollTo(index)
    explained.click(table.viewport(), QPointF(table.visualRect(index).center()))


@by_night
def test_through_the_softmax_and_back(open_window: OpenWindow, qtbot: QtBot) -> None:
    explained = Explained(open_window("--preset", "digits", size=(1600, 1000)), qtbot)
    explained.session.iterate()
    until_idle(explained.session)
    view_state = explained.session.view_state
    assert view_state is not None
    loss = loss_number(view_state.cursor)
    assert loss is not None

    trainer = bv.Trainer.from_settings(Settings(**PRESETS["digits"]))
    x, labels = trainer.batch[0], trainer.labels
    with torch.no_grad():
        logits = trainer.model(x)
    log_p = functional.log_softmax(logits.double(), 1)

    explained.window.number_picked.emit(loss, None)
    explained.wait()
    click_first(explained, "log_probability")
    found = explained.wait()
    n, label = found.number.index
    assert label == int(labels[n])
    assert explained.name == f"ln p[{n}, {label}]"
    # The window's own forward pass adds in another order than this one may.
    assert found.total == pytest.approx(float(log_p[n, label]), rel=1e-5)
    assert "float64" in explained.panel.columns.sum.words[1].text()

    click_first(explained, "log_sum")
    found = explained.wait()
    assert explained.name == f"Σ exp[{n}]"
    assert len(found.terms) == 10
    assert found.total == pytest.approx(float(logits[n].double().exp().sum()), rel=1e-5)

    click_first(explained, "exp")
    found = explained.wait()
    assert explained.name.startswith(f"fc3[{n}, ")
    assert found.value == pytest.approx(float(logits[found.number.index]), abs=1e-6)

    names = []
    for _ in range(3):
        explained.panel.back.click()
        explained.wait()
        names.append(explained.name)
    assert names == [f"Σ exp[{n}]", f"ln p[{n}, {label}]", "loss"]
