"""What a script has logged, as a curve that is chosen by its name."""

from pathlib import Path

import torch
from torch import nn

import backprop_viz as bv
from backprop_viz.desktop.panels.plots.logged_plot import LoggedPlot
from tests.conftest import OpenWindow
from tests.waiting import until


def logged_into(path: Path, *names: str) -> None:
    torch.manual_seed(4)
    net = nn.Linear(3, 2)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    with bv.watch(net, optimizer, to=path):
        for i in range(1, 6):
            optimizer.zero_grad()
            for _ in range(2):  # of which the plot of the loss has the sum
                net(torch.randn(5, 3)).square().mean().backward()
            optimizer.step()
            for factor, name in enumerate(names, 1):
                bv.log(name, factor * i)


def test_the_curve_of_the_name_that_is_chosen(open_window: OpenWindow, tmp_path: Path) -> None:
    logged_into(tmp_path / "run.bprec", "accuracy", "perplexity")
    window = open_window(str(tmp_path / "run.bprec"), size=(1600, 1000))
    panel = window.panel(LoggedPlot)
    until(window.session, lambda: panel.isVisible() and panel.names.count() == 2)
    until(window.session, lambda: len(panel.plot.traces[0]) == 5)
    assert panel.names.currentText() == "accuracy"
    x, y = panel.plot.traces[0].seen(0, 10)
    assert (x.tolist(), y.tolist()) == ([1, 2, 3, 4, 5], [1, 2, 3, 4, 5])
    panel.names.setCurrentText("perplexity")
    until(window.session, lambda: panel.plot.traces[0].seen(0, 10)[1].tolist()[:1] == [2])
    assert panel.plot.traces[0].seen(0, 10)[1].tolist() == [2, 4, 6, 8, 10]


def test_where_nothing_is_logged_there_is_no_panel(open_window: OpenWindow, tmp_path: Path) -> None:
    logged_into(tmp_path / "run.bprec")
    window = open_window(str(tmp_path / "run.bprec"), size=(1600, 1000))
    until(window.session, lambda: window.session.iteration == 5)
    assert not window.panel(LoggedPlot).isVisible()


def test_a_rate_that_no_longer_changes_goes_on_to_the_present(
    open_window: OpenWindow, tmp_path: Path
) -> None:
    """Only its changes are told: without its last one held, it looks as if data were lost."""
    path = tmp_path / "run.bprec"
    net = nn.Linear(3, 2)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda i: min(1.0, (i + 1) / 3))
    used = []
    with bv.watch(net, optimizer, to=path):
        for _ in range(9):
            optimizer.zero_grad()
            net(torch.ones(5, 3)).square().mean().backward()
            optimizer.step()
            used.append(schedule.get_last_lr()[0])
            schedule.step()
    window = open_window(str(path), size=(1600, 1000))
    panel = window.panel(LoggedPlot)
    until(window.session, lambda: panel.isVisible() and window.session.iteration == 9)
    assert panel.names.currentText() == "lr"
    until(window.session, lambda: panel.plot.traces[0].x[-1] == 9)
    trace = panel.plot.traces[0]
    shown = {i: trace.at(i) for i in range(1, 10)}
    assert shown[9] == (9, used[8])
    assert [shown[i][1] for i in (1, 2, 3, 8)] == [used[i - 1] for i in (1, 2, 3, 8)]
