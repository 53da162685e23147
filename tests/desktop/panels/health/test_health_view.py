"""The health of a run in the window, against plain torch."""

from pathlib import Path

import torch
from PySide6.QtCore import Qt
from torch import nn

import backprop_viz as bv
from backprop_viz.desktop.panels.health.health_view import HealthView
from backprop_viz.desktop.style.numbers import short
from tests.conftest import OpenWindow
from tests.waiting import until


def norms_into(path: Path, steps: int) -> list[float]:
    """A loop of which only the health is kept; the norms of the first weight's gradient."""
    torch.manual_seed(4)
    net = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2))
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    norms = []
    with bv.watch(net, optimizer, to=path, keep="health"):
        for _ in range(steps):
            optimizer.zero_grad()
            net(torch.randn(5, 3)).square().mean().backward()
            norms.append(float(net[0].weight.grad.double().square().sum().sqrt()))
            optimizer.step()
    return norms


def test_each_tensor_is_listed_and_drawn(open_window: OpenWindow, tmp_path: Path) -> None:
    path = tmp_path / "run.bprec"
    norms = norms_into(path, 6)
    window = open_window(str(path))
    panel = window.panel(HealthView)
    until(window.session, lambda: bool(panel.rows.series))
    assert panel.isVisible()
    names = [panel.rows.data(panel.rows.index(i, 0)) for i in range(panel.rows.rowCount())]
    row = names.index("0.weight.grad")
    series = panel.rows.series[row]
    assert series.iterations.tolist() == [1, 2, 3, 4, 5, 6]
    torch.testing.assert_close(
        torch.tensor(series.values["norm"]), torch.tensor(norms, dtype=torch.float64)
    )
    assert panel.rows.data(panel.rows.index(row, 2)) == short(series.values["norm"][-1])
    assert panel.rows.data(panel.rows.index(row, 1)) == "4×3"
    panel.search.setText("0.weight.grad")
    assert panel.table.model().rowCount() == 1
    panel.table.selectRow(0)
    assert panel.plot is not None
    drawn = panel.plot.getPlotItem().listDataItems()[0].getOriginalDataset()
    assert drawn[0].tolist() == [1, 2, 3, 4, 5, 6]
    assert drawn[1].tolist() == series.values["norm"].tolist()


def test_what_is_not_finite_says_since_when(open_window: OpenWindow, tmp_path: Path) -> None:
    path = tmp_path / "run.bprec"
    net = nn.Linear(2, 1)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    with bv.watch(net, optimizer, to=path, keep="health"):
        for step in range(4):
            optimizer.zero_grad()
            x = torch.full((3, 2), float("inf") if step >= 2 else 1.0)
            net(x).mean().backward()
            optimizer.step()
    window = open_window(str(path))
    panel = window.panel(HealthView)
    until(window.session, lambda: bool(panel.rows.series))
    rows = {panel.rows.data(panel.rows.index(i, 0)): i for i in range(panel.rows.rowCount())}
    since = panel.rows.columnCount() - 1
    assert panel.rows.data(panel.rows.index(rows["weight.grad"], since)) == "3"
    colour = panel.rows.data(
        panel.rows.index(rows["weight.grad"], 0), Qt.ItemDataRole.ForegroundRole
    )
    assert colour is not None


def test_a_run_without_any_has_no_such_panel(open_window: OpenWindow) -> None:
    assert not open_window("--preset", "tutorial").panel(HealthView).isVisible()
