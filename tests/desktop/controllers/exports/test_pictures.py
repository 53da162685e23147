"""The window and its panels as pictures in files."""

import errno
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PySide6.QtGui import QAction, QColor, QGuiApplication, QImage
from PySide6.QtWidgets import QComboBox, QDialogButtonBox, QFileDialog
from pytestqt.qtbot import QtBot

from backprop_viz.desktop.composer import Composer
from backprop_viz.desktop.panels.inspector.inspector import InspectorView
from backprop_viz.desktop.panels.network.network_view import NetworkView
from backprop_viz.desktop.style.panel import Panel
from backprop_viz.desktop.style.theme import DARK, LIGHT
from backprop_viz.desktop.widgets.picture_dialog import PictureDialog
from tests.conftest import OpenWindow
from tests.nightly import NIGHTLY, by_day_every, by_night
from tests.waiting import until_idle


def test_a_panel_is_saved_in_each_format_and_text_stays_text(
    open_window: OpenWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    window = open_window("--preset", "tutorial")
    window.session.iterate()
    until_idle(window.session)
    panel = window.panel(InspectorView)
    panel.setFocus()
    for suffix in ("png", "svg", "pdf"):
        window.findChild(QAction, "actionSavePanelPicture").trigger()
        dialog = window.findChild(QFileDialog, "savePictureDialog")
        assert dialog is not None
        dialog.fileSelected.emit(str(tmp_path / f"panel.{suffix}"))
        dialog.done(0)
        assert window.messages.text() == f"Saved as panel.{suffix}."
        dialog.deleteLater()
        qtbot.waitUntil(lambda: window.findChild(QFileDialog, "savePictureDialog") is None)
    image = QImage(str(tmp_path / "panel.png"))
    assert image.width() % 2 == 0
    assert (
        len({image.pixel(x, y) for x in range(0, image.width(), 7) for y in range(0, 200, 5)}) > 3
    )
    drawing = ElementTree.parse(tmp_path / "panel.svg").getroot()
    texts = {"".join(text.itertext()) for text in drawing.iter("{http://www.w3.org/2000/svg}text")}
    assert any("conv1.bias" in text for text in texts)
    assert (tmp_path / "panel.pdf").read_bytes().startswith(b"%PDF")


@by_night
def test_the_window_is_copied_and_a_wrong_name_refused(
    open_window: OpenWindow, tmp_path: Path
) -> None:
    window = open_window("--preset", "tutorial")
    window.setFocus()
    window.findChild(QAction, "actionCopyPanelPicture").trigger()
    assert not QGuiApplication.clipboard().pixmap().isNull()
    window.findChild(QAction, "actionSaveWindowPicture").trigger()
    dialog = window.findChild(QFileDialog, "savePictureDialog")
    assert dialog is not None
    dialog.fileSelected.emit(str(tmp_path / "no" / "such" / "folder.png"))
    assert "does not exist" in window.messages.text()
    dialog.fileSelected.emit(str(tmp_path / "window.bmp"))
    assert "unknown format" in window.messages.text()
    dialog.fileSelected.emit(str(tmp_path / "window.svg"))
    assert (tmp_path / "window.svg").stat().st_size > 10_000
    assert (window.messages.text(), window.messages.covered()) == ("Saved as window.svg.", 0)
    dialog.done(0)


def test_on_a_full_disk_the_picture_before_stays(
    open_window: OpenWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    window = open_window("--preset", "tutorial")
    folder = tmp_path / "out"
    folder.mkdir()
    for suffix in ("png", "svg", "pdf"):
        (folder / f"one.{suffix}").write_text("before")
    monkeypatch.setattr("os.fsync", full)
    for suffix in ("png", "svg", "pdf"):
        window.findChild(QAction, "actionSaveWindowPicture").trigger()
        dialog = window.findChild(QFileDialog, "savePictureDialog")
        assert dialog is not None
        dialog.fileSelected.emit(str(folder / f"one.{suffix}"))
        dialog.done(0)
        assert window.messages.text().endswith(
            "The disk is full: make room, or choose a folder on another disk."
        )
        window.messages.dismiss()
    assert sorted(path.name for path in folder.iterdir()) == ["one.pdf", "one.png", "one.svg"]
    assert all(path.read_text() == "before" for path in folder.iterdir())


def svg_texts(path: Path) -> str:
    drawing = ElementTree.parse(path).getroot()
    texts = drawing.iter("{http://www.w3.org/2000/svg}text")
    # Qt writes each word of a font that it falls back to by itself.
    return "".join("".join(text.itertext()) for text in texts).replace(" ", "")


@by_night
@pytest.mark.parametrize("language", by_day_every(2, ["ko", "en"]))
def test_every_panel_is_a_picture_in_each_format_with_its_text_as_text(
    open_window: OpenWindow, tmp_path: Path, language: str
) -> None:
    """Its title, as it stands on screen, is in the SVG; the PDF has a font with its letters."""
    window = open_window("--preset", "digits", "--language", language)
    window.session.iterate()
    until_idle(window.session)
    pictures = window.findChild(Composer).pictures
    seen = set()
    for name, dock in window.docks.docks.items():
        hidden = dock.isHidden()
        if hidden:
            dock.toggleViewAction().trigger()
        panel = dock.findChild(Panel)
        if panel is None:
            continue
        for suffix in ("png", "svg", "pdf"):
            pictures.save(panel, tmp_path / f"{name}.{suffix}")
        assert QImage(str(tmp_path / f"{name}.png")).size() == panel.size() * 2, name
        title = panel.accessibleName()
        assert title.replace(" ", "") in svg_texts(tmp_path / f"{name}.svg"), name
        assert (language == "ko") == any("가" <= letter <= "힣" for letter in title), name
        content = (tmp_path / f"{name}.pdf").read_bytes()
        assert b"/FontFile" in content, name
        assert b"/ToUnicode" in content, name
        if hidden:
            dock.toggleViewAction().trigger()
        seen.add(name)
    assert {"raceView", "surfaceView", "networkView", "ranksView"} <= seen


def test_no_browser_smooths_the_maps_of_a_drawing(open_window: OpenWindow, tmp_path: Path) -> None:
    window = open_window("--preset", "tutorial")
    window.session.iterate()
    until_idle(window.session)
    window.findChild(Composer).pictures.save(window.panel(NetworkView), tmp_path / "maps.svg")
    drawing = ElementTree.parse(tmp_path / "maps.svg").getroot()
    images = list(drawing.iter("{http://www.w3.org/2000/svg}image"))
    maps = [image for image in images if image.get("image-rendering") == "optimizeSpeed"]
    assert len(maps) >= 8  # of the input and of what each layer makes
    assert all("pixelated" in image.get("style", "") for image in maps)


@by_night
def test_a_picture_of_any_size_in_light_or_dark_colours(
    open_window: OpenWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    """The window itself keeps its colours and its size."""
    window = open_window("--preset", "tutorial", "--dark")
    window.session.iterate()
    until_idle(window.session)
    panel = window.panel(InspectorView)
    theme = window.findChild(Composer).theme
    size = panel.size()
    for colours, text in (("light", LIGHT.panel), ("dark", DARK.panel)):
        suffixes = ("png", "svg", "pdf") if NIGHTLY or colours == "light" else ("png",)
        for suffix in suffixes:
            window.findChild(QAction, "actionSaveChosenPicture").trigger()
            dialog = window.findChild(PictureDialog, "pictureDialog")
            assert dialog is not None
            what = dialog.findChild(QComboBox, "pictureWidget")
            what.setCurrentIndex(what.findText(panel.accessibleName()))
            box = dialog.findChild(QComboBox, "pictureColours")
            box.setCurrentIndex(box.findData(colours))
            dialog.width_field.setValue(3 * panel.width())
            dialog.findChild(QDialogButtonBox).button(QDialogButtonBox.StandardButton.Ok).click()
            file = window.findChild(QFileDialog, "savePictureDialog")
            assert file is not None
            file.fileSelected.emit(str(tmp_path / f"{colours}.{suffix}"))
            file.reject()
            qtbot.waitUntil(
                lambda: (
                    window.findChild(QFileDialog, "savePictureDialog") is None
                    and window.findChild(PictureDialog, "pictureDialog") is None
                )
            )
        image = QImage(str(tmp_path / f"{colours}.png"))
        assert image.size() == size * 3
        assert image.pixelColor(image.width() // 2, 12) == QColor(text)
        if len(suffixes) == 1:
            continue
        root = ElementTree.parse(tmp_path / f"{colours}.svg").getroot()
        assert root.get("viewBox") == f"0 0 {size.width()} {size.height()}"
        box = re.search(
            rb"/MediaBox \[0 0 (\d+)[.\d]* (\d+)", (tmp_path / f"{colours}.pdf").read_bytes()
        )
        assert box is not None
        assert (int(box[1]), int(box[2])) == (3 * size.width(), 3 * size.height())
    assert theme.theme is DARK
    assert panel.size() == size
    shown = panel.grab().toImage()
    assert shown.pixelColor(shown.width() // 2, 6) == QColor(DARK.panel)
