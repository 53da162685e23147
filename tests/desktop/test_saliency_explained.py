"""A pixel of the saliency is asked about in the real window, by click and by key."""

import numpy as np
import torch
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

import backprop_viz as bv
from backprop_viz.desktop.panels.drawing.saliency_dialog import SaliencyDialog
from backprop_viz.desktop.panels.origin.origin_view import OriginView
from backprop_viz.desktop.style.numbers import full, short
from backprop_viz.digits.prepare import prepare
from tests.conftest import OpenWindow
from tests.nightly import by_night
from tests.waiting import until, until_idle


def one() -> np.ndarray:
    image = np.zeros((64, 64), np.float32)
    image[12:52, 28:36] = 1.0
    return image


@by_night
def test_a_clicked_pixel_leads_to_the_logit(open_window: OpenWindow, qtbot: QtBot) -> None:
    window = open_window("--preset", "digits", size=(1600, 1000))
    session, panel = window.session, window.panel(OriginView)
    session.draw(one())
    until_idle(session)
    dialog = window.panel(SaliencyDialog)
    dialog.show()
    picture = dialog.picture
    until(session, lambda: picture.limit > 0)

    # The plain gradient: torch alone, on the same weights.
    net = bv.Trainer(data="strokes", seed=0).model
    x = torch.from_numpy(prepare(one())).view(1, 1, 32, 32).requires_grad_()
    logits = net(x)[0]
    (gradient,) = torch.autograd.grad(logits[int(logits.argmax())], x)
    row, column = divmod(int(gradient.abs().argmax()), 32)

    side = 32 * (min(picture.width(), picture.height()) // 32)
    left, top = (picture.width() - side) // 2, (picture.height() - side) // 2
    unit = side // 32
    point = QPoint(left + column * unit + unit // 2, top + row * unit + unit // 2)
    qtbot.mouseClick(picture, Qt.MouseButton.LeftButton, pos=point)
    until(session, lambda: panel.complete)
    found = panel.explanation
    assert found is not None
    assert found.value == float(gradient[0, 0, row, column])
    assert found.number.index == (0, 0, row, column)
    assert abs(found.residual) < 1e-6
    assert found.reason is None
    digit = int(logits.argmax())
    name = f"∂out[{digit}]/∂x[0, 0, {row}, {column}]"
    assert panel.columns.value.toolTip() == f"{name} = {full(gradient[0, 0, row, column].numpy())}"
    assert panel.subtitle.text() == "of the drawing"
    assert panel.columns.formula.symbols.text().startswith(f"∂out[{digit}]/∂x")
    assert [b.toolTip().split(" = ")[0] for b in panel.path.buttons][-1] == name
    assert panel.path.buttons[0].text() == f"out[{digit}]"

    # The range's end is the largest of them.
    panel.back.click()
    qtbot.mouseClick(dialog.strip, Qt.MouseButton.LeftButton, pos=QPoint(5, 12))
    until(session, lambda: panel.complete and panel.explanation is not found)
    assert panel.explanation is not None
    assert panel.explanation.value == found.value

    # A pixel of a feature map is the activation that it shows.
    first = torch.relu(net.conv1(x))[0].detach().numpy()
    tile = dialog.maps.tiles()[0][3]
    scale = tile.width() / first.shape[2]
    place = QPoint(int(tile.x() + 14.5 * scale), int(tile.y() + 11.5 * scale))
    under = dialog.maps.number_at(place)
    assert under is not None
    channel, high, wide = under.index[1:]
    assert channel == 3
    qtbot.mouseClick(dialog.maps, Qt.MouseButton.LeftButton, pos=place)
    until(session, lambda: panel.complete and panel.explanation.value != found.value)
    assert panel.explanation.value == float(first[channel, high, wide])
    assert panel.subtitle.text() == "of the drawing"
    panel.back.click()
    until(session, lambda: panel.complete)

    # The check moves the drawing's own pixel: against plain differences in float64.
    panel.columns.check.run()
    until(
        session,
        lambda: panel.columns.check.verdict.text() != "" and not panel.columns.check.running,
    )
    pixels, exact = x.detach().double(), net.double()

    def logit(moved: float) -> float:
        at = pixels.clone()
        at[0, 0, row, column] += moved
        return float(exact(at)[0, digit].detach())

    text = panel.columns.check.values.text()
    assert text.startswith(f"backward {short(found.value, 7)} · float64 ")
    told = float(text.split("differences ")[1].split(" ")[0].replace("−", "-"))
    h = float(text.split("h = ")[1].rstrip(")"))
    # Beside the digits that are told, the rounding of float64 in the difference.
    quotient = (logit(h) - logit(-h)) / (2 * h)
    assert abs(told - quotient) < 1e-6 * abs(told) + 1e-15 / h
    # In a drawing's flat parts several pixels tie for a max pool, which is a kink.
    assert panel.columns.check.verdict.text()[0] in "✓∧"
    assert panel.columns.check.subtitle.text() == (
        f"out[{digit}] along x[0, 0, {row}, {column}], float64"
    )

    # The next pixel, by keys; the iteration that is shown meanwhile does not take its place.
    move, step = (Qt.Key.Key_Left, -1) if column else (Qt.Key.Key_Right, 1)
    qtbot.keyClick(picture, move)
    qtbot.keyClick(picture, Qt.Key.Key_Return)
    until(
        session,
        lambda: (
            panel.complete
            and panel.explanation is not None
            and panel.explanation.number.index == (0, 0, row, column + step)
        ),
    )
    assert panel.explanation is not None
    assert panel.explanation.value == float(gradient[0, 0, row, column + step])
    session.shown.step()
    until_idle(session)
    assert panel.explanation.number.index == (0, 0, row, column + step)
