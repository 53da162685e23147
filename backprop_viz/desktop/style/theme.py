"""Colours by role in dark and light, fonts, and the style sheet made of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from PySide6.QtGui import QColor, QFont, QFontDatabase

from backprop_viz.recording.trace.phases import Phase


@dataclass(frozen=True, slots=True)
class Theme:
    """A colour (#rrggbb) for each role; the window uses no other colours."""

    name: str
    window: str
    panel: str
    inset: str  # a well inside a panel: tables, plots, empty feature maps
    control: str
    control_hover: str
    border: str
    grid: str
    text: str
    muted: str
    faint: str  # what has not happened yet; never for text that must be read
    accent: str
    accent_text: str  # on accent
    error: str
    zero_grad: str
    forward: str
    loss: str
    backward: str
    update: str
    second_curve: str  # validation
    earlier_run: str
    negative: str  # ends of the diverging map; its middle is ``zero``
    positive: str
    zero: str

    def phase(self, phase: Phase) -> QColor:
        """The colour of a phase."""
        return QColor(getattr(self, phase.value))

    def tint(self, color: QColor | str, strength: float) -> QColor:
        """A colour mixed with the panel's, opaque; ``strength`` from 0 to 1."""
        # A copy, because callers may change its alpha.
        return QColor(_mixed(QColor(color).rgb(), self.panel, strength))


@lru_cache(maxsize=256)
def _mixed(top: int, panel: str, strength: float) -> QColor:
    """0xrrggbb mixed into a panel's colour."""
    color, under = QColor.fromRgb(top), QColor(panel)
    red, green, blue = (
        round(a * strength + b * (1 - strength))
        for a, b in (
            (color.red(), under.red()),
            (color.green(), under.green()),
            (color.blue(), under.blue()),
        )
    )
    return QColor(red, green, blue)


DARK = Theme(
    name="dark",
    window="#14171c",
    panel="#1b1f26",
    inset="#14171c",
    control="#232830",
    control_hover="#2c323c",
    border="#2d333d",
    grid="#262b34",
    text="#e6e9ee",
    muted="#98a1b0",
    faint="#5c6472",
    accent="#4aa8ff",
    accent_text="#0b1420",
    error="#ff6b6b",
    zero_grad="#98a1b0",
    forward="#4aa8ff",
    loss="#ff6b93",
    backward="#ffa94d",
    update="#4fd08b",
    second_curve="#ffa94d",
    earlier_run="#8a6fd1",
    negative="#4aa8ff",
    positive="#ff8a4d",
    zero="#14171c",
)

LIGHT = Theme(
    name="light",
    window="#eef0f3",
    panel="#ffffff",
    inset="#f4f5f8",
    control="#f1f3f6",
    control_hover="#e4e8ee",
    border="#d3d8e0",
    grid="#e3e6eb",
    text="#1a1f27",
    muted="#596272",
    faint="#98a1ae",
    accent="#1268c3",
    accent_text="#ffffff",
    error="#c92a2a",
    zero_grad="#687284",
    forward="#1268c3",
    loss="#c9255b",
    backward="#b35900",
    update="#187a45",
    second_curve="#b35900",
    earlier_run="#7048c8",
    negative="#1268c3",
    positive="#d9480f",
    zero="#ffffff",
)


_BODY = ["Inter", "Segoe UI", "SF Pro Text", "Noto Sans", "DejaVu Sans"]
_CODE = ["JetBrains Mono", "Cascadia Mono", "Menlo", "DejaVu Sans Mono", "monospace"]
_scale = 1.0


def text_scale() -> float:
    """How large text is: 1 is 100 %."""
    return _scale


def set_text_scale(scale: float) -> None:
    """Make the fonts that are asked for from now on larger or smaller."""
    global _scale
    _scale = scale


def body_font(size: int = 13, bold: bool = False) -> QFont:
    """The font of labels; ``size`` in device-independent pixels at 100 %. Do not modify it."""
    return _body_font(max(1, round(size * _scale)), bold)


def code_font(size: int = 12, bold: bool = False) -> QFont:
    """The font of code and columns of numbers. Shared: do not modify it."""
    return _code_font(max(1, round(size * _scale)), bold)


def scaled(pixels: float) -> int:
    """A length that goes with the text, as the height of a line: ``pixels`` at 100 %."""
    return round(pixels * _scale)


def least_text(size: int = 11) -> int:
    """The pixels to which a text of this size may shrink to fit its place."""
    return max(min(size, 11), round(0.75 * size * _scale))


def scene_font(size: int, bold: bool = False) -> QFont:
    """The font of labels in what is zoomed as a whole, which follows the text's size."""
    return _body_font(size, bold)


def scene_code_font(size: int) -> QFont:
    """The font of numbers in what is zoomed as a whole."""
    return _code_font(size, False)


# Cached, so that Qt matches each font once and not at every painting.
@cache
def _body_font(pixels: int, bold: bool) -> QFont:
    font = QFont()
    font.setFamilies(_BODY)
    font.setPixelSize(pixels)
    font.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
    return font


@cache
def _code_font(pixels: int, bold: bool) -> QFont:
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    font.setFamilies(_CODE)
    font.setPixelSize(pixels)
    font.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
    return font


_SHEET = """
QWidget {{ color: {text}; }}
QMainWindow, QDialog, QMessageBox {{ background: {window}; }}
QDialogButtonBox {{ dialogbuttonbox-buttons-have-icons: 0; }}
QFrame[role="panel"] {{ background: {panel}; border: 1px solid {border}; border-radius: 8px; }}
QFrame[role="inset"] {{ background: {inset}; border: 1px solid {border}; border-radius: 6px; }}
QLabel {{ background: transparent; }}
QLabel[role="title"] {{ font-weight: 600; }}
QLabel[role="keys"] {{ background: {accent}; color: {accent_text}; border-radius: 8px;
    padding: 8px 18px; font-size: {large}px; font-weight: 600; }}
QLabel[role="muted"] {{ color: {muted}; }}
QLabel[role="chip"] {{ color: {text}; background: {control}; border-radius: 9px;
    padding: 2px 10px; font-size: {chip}px; }}
QLabel[role="caption"] {{ color: {muted}; font-size: {small}px; }}
QToolTip {{ color: {text}; background: {control}; border: 1px solid {border}; padding: 4px; }}
QPushButton, QToolButton, QComboBox, QAbstractSpinBox, QLineEdit {{
    background: {control}; border: 1px solid {border}; border-radius: 6px;
    padding: 4px 10px; min-height: 20px; }}
QToolButton {{ padding: 4px 8px; }}
QAbstractSpinBox, QComboBox {{ padding: 4px 6px; }}
QAbstractSpinBox QLineEdit {{ background: transparent; border: none; padding: 0 0 0 3px;
    min-height: 0; }}
QPushButton:hover, QToolButton:hover, QComboBox:hover, QAbstractSpinBox:hover {{
    background: {control_hover}; }}
QPushButton:focus, QToolButton:focus, QComboBox:focus, QAbstractSpinBox:focus, QLineEdit:focus {{
    border-color: {accent}; }}
QAbstractSpinBox[invalid="true"], QAbstractSpinBox[invalid="true"]:focus,
QLineEdit[invalid="true"], QLineEdit[invalid="true"]:focus {{ border: 1px solid {error}; }}
QAbstractSpinBox[invalid="true"] QLineEdit, QLineEdit[invalid="true"] {{ color: {error}; }}
QFrame[role="bubble"] {{ background: {control}; border: 1px solid {error}; border-radius: 6px; }}
QLabel[role="error"] {{ color: {error}; }}
QWidget:disabled {{ color: {faint}; }}
QPushButton:disabled, QToolButton:disabled, QComboBox:disabled, QAbstractSpinBox:disabled,
QLineEdit:disabled {{ color: {faint}; background: transparent; border-color: {grid}; }}
QPushButton[role="primary"], QToolButton[role="primary"] {{
    background: {accent}; color: {accent_text}; border-color: {accent}; font-weight: 600; }}
QPushButton[role="primary"]:disabled, QToolButton[role="primary"]:disabled {{
    background: transparent; color: {faint}; border-color: {grid}; }}
QPushButton[role="link"], QToolButton[role="link"] {{
    background: transparent; border: 1px solid transparent; color: {accent}; padding: 1px 4px;
    min-height: 14px; }}
QPushButton[role="link"]:focus, QToolButton[role="link"]:focus {{ border-color: {accent}; }}
QToolButton[textSize="small"] {{ font-size: {small}px; padding: 0px 1px; }}
QComboBox[textSize="compact"] {{ font-size: {chip}px; }}
QToolButton[role="segment"] {{ border-radius: 4px; padding: 1px 8px; min-height: 16px;
    background: transparent; border: 1px solid transparent; color: {muted}; }}
QToolButton[role="segment"]:hover {{ color: {text}; }}
QToolButton[role="segment"]:focus {{ border-color: {accent}; }}
QToolButton[role="segment"]:checked {{ color: {text}; border-color: {border};
    background: {control_hover}; }}
QToolButton[role="segment"]:checked:focus {{ border-color: {accent}; }}
QToolButton[role="segment"]:disabled {{ color: {faint}; }}
QToolButton[role="switch"] {{ border-radius: 11px; padding: 0 8px; min-height: 18px;
    background: transparent; border: 1px solid {border}; color: {muted}; font-size: {small}px; }}
QToolButton[role="switch"]:hover {{ color: {text}; background: {control_hover}; }}
QToolButton[role="switch"]:focus {{ border-color: {accent}; }}
QToolButton[role="switch"]:checked {{ background: {accent}; color: {accent_text};
    border-color: {accent}; font-weight: 600; }}
QToolButton[role="switch"]:checked:focus {{ border-color: {text}; }}
QRadioButton::indicator {{ width: 12px; height: 12px; border-radius: 7px;
    border: 1px solid {muted}; background: {inset}; }}
QRadioButton::indicator:checked {{ width: 6px; height: 6px; border: 4px solid {accent}; }}
QRadioButton::indicator:disabled {{ border-color: {faint}; }}
QRadioButton::indicator:focus {{ border-color: {accent}; }}
QComboBox::drop-down {{ border: none; width: 18px; }}
QComboBox::down-arrow {{ image: url({icons}/down-{name}.svg); width: 10px; height: 6px; }}
QComboBox::down-arrow:disabled {{ image: url({icons}/down-{name}-off.svg); }}
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {{
    border: none; background: transparent; width: 16px; }}
QAbstractSpinBox::up-arrow {{ image: url({icons}/up-{name}.svg); width: 8px; height: 5px; }}
QAbstractSpinBox::down-arrow {{ image: url({icons}/down-{name}.svg); width: 8px; height: 5px; }}
QAbstractSpinBox::up-arrow:disabled {{ image: url({icons}/up-{name}-off.svg); }}
QAbstractSpinBox::down-arrow:disabled {{ image: url({icons}/down-{name}-off.svg); }}
QAbstractSpinBox[long="true"]::up-button, QAbstractSpinBox[long="true"]::down-button {{ width: 0; }}
QAbstractSpinBox[long="true"]::up-arrow, QAbstractSpinBox[long="true"]::down-arrow {{
    image: none; width: 0; height: 0; }}
QComboBox QAbstractItemView, QMenu {{
    background: {control}; border: 1px solid {border}; selection-background-color: {control_hover};
    selection-color: {text}; outline: none; }}
QMenu::item {{ padding: 4px 24px 4px 20px; }}
QMenu::item:selected {{ background: {control_hover}; }}
QMenu::item:disabled, QMenuBar::item:disabled, QComboBox QAbstractItemView::item:disabled {{
    color: {faint}; }}
QMenu::separator {{ height: 1px; background: {border}; margin: 4px 8px; }}
QMenuBar {{ background: {window}; }}
QMenuBar::item {{ background: transparent; padding: 3px 9px; border-radius: 4px; }}
QMenuBar::item:selected {{ background: {control_hover}; }}
QSplitter::handle {{ background: transparent; }}
QMainWindow::separator {{ background: transparent; width: 8px; height: 8px; }}
QMainWindow::separator:hover {{ background: {border}; }}
QDockWidget {{ color: {text}; background: {window}; }}
QTabBar::tab {{ background: {window}; color: {muted}; border: 1px solid {border}; padding: 3px 10px;
    border-radius: 4px; }}
QTabBar::tab:selected {{ background: {control_hover}; color: {text}; }}
QTabBar::tab:focus {{ border-color: {accent}; }}
QTabBar::scroller {{ width: 44px; }}
QTabBar QToolButton {{ padding: 0px; }}
QSplitter::handle:hover {{ background: {border}; }}
QScrollBar:vertical {{ background: transparent; width: 10px; margin: 0; }}
QScrollBar:horizontal {{ background: transparent; height: 10px; margin: 0; }}
QScrollBar::handle {{ background: {border}; border-radius: 4px; min-width: 24px; min-height: 24px;
    margin: 1px; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QScrollArea, QTableView, QAbstractScrollArea {{ background: transparent; border: none; }}
QAbstractScrollArea::corner {{ background: transparent; border: none; }}
QTableView {{ gridline-color: transparent; selection-background-color: {control_hover};
    selection-color: {text}; }}
QListView, QTreeView {{ background: {inset}; selection-background-color: {control_hover};
    selection-color: {text}; }}
QListView#sampleGrid {{ background: transparent; }}
QListWidget {{ background: {inset}; border: 1px solid {border}; border-radius: 6px; padding: 4px;
    outline: none; }}
QListWidget:focus {{ border-color: {accent}; }}
QListWidget::item {{ padding: 4px 6px; border-radius: 4px; }}
QListWidget::item:selected {{ background: {control_hover}; color: {text}; }}
QTableView:focus {{ border: 1px solid {accent}; border-radius: 4px; }}
QHeaderView, QHeaderView::section, QTableCornerButton::section {{
    background: transparent; color: {muted}; border: none; }}
QHeaderView::section {{ padding: 2px 6px; }}
#parameterTable QHeaderView::section {{ padding: 0 3px; }}
#raceTable QHeaderView::section {{ padding: 2px 3px; }}
#rankTable QHeaderView::section {{ padding: 0 4px; }}
QTableView[role="inset"], QTextEdit[role="inset"] {{ background: {inset};
    border: 1px solid {border}; border-radius: 6px; }}
QTableView[role="inset"]:focus, QTextEdit[role="inset"]:focus {{ border: 1px solid {accent};
    border-radius: 6px; }}
QTableView[role="inset"] QHeaderView {{ padding: 0; }}
#sliceTable QHeaderView::section {{ background: {inset}; padding: 0 4px; }}
QTableView[role="plain"], QTableView[role="plain"]:focus, QTreeView[role="plain"] {{
    background: {panel}; border: none; outline: none; }}
QTableView[role="plain"]::item:selected {{ background: {control}; color: {text}; }}
QTreeView[role="plain"]::item {{ padding: 2px 0; }}
QTreeView[role="plain"]::item:selected {{ background: {control}; }}
QTableView[role="plain"] QHeaderView::section, QTreeView[role="plain"] QHeaderView::section {{
    background: {panel}; padding: 0 2px; font-weight: normal; }}
QProgressBar {{ background: {control}; border: none; border-radius: 3px; max-height: 6px; }}
QProgressBar::chunk {{ background: {accent}; border-radius: 3px; }}
"""


def style_sheet(theme: Theme) -> str:
    """The application's style sheet in the colours of a theme."""
    roles: Mapping[str, str] = {name: getattr(theme, name) for name in Theme.__slots__}
    icons = Path(__file__).with_name("icons").as_posix()
    sizes = {"small": scaled(11), "chip": scaled(12), "large": scaled(22)}
    return _SHEET.format(icons=icons, **sizes, **roles)
