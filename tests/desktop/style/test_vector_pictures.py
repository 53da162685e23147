"""An SVG and a PDF show what the screen shows: no more than there is room for, and sharp."""

import re
import zlib
from pathlib import Path
from xml.etree import ElementTree

import pyqtgraph as pg
import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from backprop_viz.desktop.style.picture_files import save_picture

ROOM = (20, 40, 100, 10)


class Red(QWidget):
    """Paints more than itself."""

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.fillRect(QRect(-50, -50, 500, 500), QColor("#ff0000"))


def saved(qtbot: QtBot, path: Path) -> bytes:
    whole = QWidget()
    qtbot.addWidget(whole)
    whole.resize(200, 100)
    within = QWidget(whole)
    within.setGeometry(20, 10, 100, 40)
    Red(within).setGeometry(0, 30, 300, 300)
    whole.show()
    save_picture(whole, path)
    return path.read_bytes()


def test_in_an_svg(qtbot: QtBot, tmp_path: Path) -> None:
    root = ElementTree.fromstring(saved(qtbot, tmp_path / "a.svg"))
    svg = "{http://www.w3.org/2000/svg}"
    rooms = {clip.get("id"): clip.find(f"{svg}rect") for clip in root.iter(f"{svg}clipPath")}
    clipped = [g for g in root.iter(f"{svg}g") if g.get("clip-path")]
    (group,) = (g for g in clipped if any(x.get("fill") == "#ff0000" for x in g.iter()))
    room = rooms[re.sub(r"url\(#(.*)\)", r"\1", group.get("clip-path", ""))]
    assert room is not None
    assert tuple(int(room.get(name, "")) for name in ("x", "y", "width", "height")) == ROOM
    assert len(clipped) == len(rooms) == 3
    # What told where each begins is gone.
    assert all(float(x.get("x", 0)) >= -100 for x in root.iter(f"{svg}rect"))


def test_in_a_pdf(qtbot: QtBot, tmp_path: Path) -> None:
    content = saved(qtbot, tmp_path / "a.pdf")
    streams = re.findall(rb"/FlateDecode.*?stream\r?\n(.*?)endstream", content, re.DOTALL)
    (page,) = (text for text in map(zlib.decompress, streams) if b"\n1 0 0 scn" in text)
    corners = rb"(\d+) (\d+) m\n(\d+) (\d+) l\n(\d+) (\d+) l\n[^W]*W\* n"
    # The last clip before red.
    left, top, right, _, _, bottom = map(
        int, re.findall(corners, page.partition(b"\n1 0 0 scn")[0])[-1]
    )
    assert (left, top, right - left, bottom - top) == ROOM


@pytest.mark.parametrize("suffix", ["svg", "pdf"])
def test_symbols_of_a_plot_are_drawn(qtbot: QtBot, tmp_path: Path, suffix: str) -> None:
    plot = pg.PlotWidget()
    qtbot.addWidget(plot)
    plot.setCacheMode(plot.CacheModeFlag.CacheNone)  # of its background
    symbols = plot.plot([0.0, 1.0], [0.0, 1.0], symbol="o").scatter
    plot.show()
    save_picture(plot, tmp_path / f"plot.{suffix}")
    content = (tmp_path / f"plot.{suffix}").read_bytes()
    assert (b"<image" if suffix == "svg" else b"/Subtype /Image") not in content
    assert symbols._exportOpts is False
