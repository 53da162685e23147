"""The dock around a panel: its header is the handle, and it scrolls where room is short."""

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPointF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import (
    QDockWidget,
    QFrame,
    QMenu,
    QSpacerItem,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from backprop_viz.desktop.style.panel import Panel
from backprop_viz.desktop.style.theme import text_scale
from backprop_viz.desktop.widgets.steady_scroll_area import SteadyScrollArea

_MOUSE = (
    QEvent.Type.MouseButtonPress,
    QEvent.Type.MouseMove,
    QEvent.Type.MouseButtonRelease,
)
# A panel that needs more than this scrolls where there is not the room.
_ENOUGH = QSize(300, 240)


# As large as Qt makes a window: a panel says how high it has to be by the width that it has.
_FIRST = QSize(640, 480)
_FLOATING = 9  # pixels of the grip of a dock that floats


class _Grip(QWidget):
    """A title bar that takes no room: the panel's own header stands for it.

    While its dock floats it is higher: what is dragged has to lie below the edge by which Qt
    makes a floating dock larger.
    """

    def __init__(self, dock: QDockWidget) -> None:
        super().__init__(dock)
        # A spacer, not a ``sizeHint``: Qt asks for it a thousand times when docks are arranged.
        self._height = QSpacerItem(0, 1)
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addItem(self._height)
        dock.topLevelChanged.connect(self._follow)

    def _follow(self, floats: bool) -> None:
        self._height.changeSize(0, _FLOATING if floats else 1)
        self._column.invalidate()
        self.updateGeometry()


class _Scroll(SteadyScrollArea):
    """Scrolls a panel that has less room than it needs."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._own_width = 0  # how wide the panel says that it must be

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take note of how wide the panel must be: a change within is not heard of outside."""
        if isinstance(watched, QWidget) and event.type() is QEvent.Type.Resize:
            own, self._own_width = self._own_width, watched.minimumWidth()
            if own != self._own_width:
                self.updateGeometry()
        return super().eventFilter(watched, event)

    def minimumSizeHint(self) -> QSize:
        panel = self.widget()
        needed = _ENOUGH if panel is None else panel.minimumSizeHint()
        # Large text needs more of everything, but the window is no larger for it.
        least = needed.boundedTo(_ENOUGH / max(1.0, text_scale()))
        # A panel that says how wide it must be never scrolls sideways, also where large text has
        # it scroll down.
        own = 0 if panel is None else panel.minimumWidth()
        if own and text_scale() > 1:
            own += self.verticalScrollBar().sizeHint().width()
        return least.expandedTo(QSize(own, 0))

    def sizeHint(self) -> QSize:
        panel = self.widget()
        return super().sizeHint() if panel is None else panel.sizeHint()


class PanelDock(QDockWidget):
    """Docks a panel. A panel that hides itself is not there at all, wherever it was shown.

    ``maximize_wanted`` is emitted by a double click on the panel's header.
    """

    maximize_wanted = Signal()
    availability_changed = Signal()

    def __init__(self, panel: QWidget, title: str, parent: QWidget) -> None:
        super().__init__(title, parent)
        self.setObjectName(f"{panel.objectName()}Dock")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)  # seen around it where it floats
        self.panel = panel
        # A panel that hid itself when it was made has nothing to show yet.
        hidden = panel.isHidden() and panel.testAttribute(
            Qt.WidgetAttribute.WA_WState_ExplicitShowHide
        )
        scroll = _Scroll(self)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(scroll)
        # Last: what comes into another widget is styled anew, with all that it holds.
        scroll.resize(_FIRST)
        scroll.setWidget(panel)
        panel.setAutoFillBackground(False)
        self.available = not hidden
        self.wanted = True  # shown as soon as it is available
        self.comes_in_front = False  # of the tabs that share its place, when it comes to be shown
        panel.setVisible(not hidden)
        panel.installEventFilter(self)
        self._pressed = False
        self._way_back = self._back_button()
        if isinstance(panel, Panel):
            self.setTitleBarWidget(_Grip(self))
            panel.header.addWidget(self._way_back)
            panel.header.add_at_end(self._menu_button(title))
        self.show_maximized(False)

    @property
    def waits(self) -> bool:
        """Whether it will be shown as soon as its panel has something to show."""
        return self.wanted and not self.available

    def need_width(self, width: int) -> None:
        """Be at least this many pixels wide, as long as the window is; 0: as the panel asks."""
        self.panel.setMinimumWidth(width)
        self.widget().updateGeometry()  # a change within what scrolls is not heard of outside

    def show_maximized(self, maximized: bool) -> None:
        """Offer the way back where the panel has all the room."""
        self._way_back.setVisible(maximized)

    def _back_button(self) -> QToolButton:
        button = QToolButton(self)
        button.setObjectName("showAllPanels")
        button.setText(self.tr("All panels"))
        button.setToolTip(self.tr("Show the other panels again (Esc)"))
        button.setAccessibleName(self.tr("Show the other panels again"))
        button.setProperty("role", "link")
        button.clicked.connect(self.maximize_wanted)
        return button

    def _menu_button(self, title: str) -> QToolButton:
        button = QToolButton()
        button.setObjectName("panelMenu")
        button.setText("⋮")
        button.setAccessibleName(self.tr("Place of the panel {0}").format(title))
        button.setToolTip(self.tr("Maximise, float or close this panel"))
        button.setProperty("role", "link")
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setStyleSheet(
            "QToolButton { padding: 0px 3px; } QToolButton::menu-indicator { image: none; }"
        )
        button.setFixedWidth(18)
        menu = QMenu(button)
        menu.addAction(self.tr("&Maximise or restore"), self.maximize_wanted.emit)
        menu.addAction(self.tr("&Float or dock"), lambda: self.setFloating(not self.isFloating()))
        menu.addAction(self.tr("&Close"), self.hide)
        button.setMenu(menu)
        return button

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the panel's own hiding and showing; its header is the dock's title."""
        kind = event.type()
        if kind in (QEvent.Type.HideToParent, QEvent.Type.ShowToParent):
            self.available = kind == QEvent.Type.ShowToParent
            self.setVisible(self.available and self.wanted)
            self.availability_changed.emit()
            if self.comes_in_front and self.available and self.wanted:
                self.raise_()
        elif isinstance(event, QMouseEvent):
            return self._take_mouse(event)
        return super().eventFilter(watched, event)

    def _take_mouse(self, event: QMouseEvent) -> bool:
        """Whether the event was about the header, where it drags or maximises the dock."""
        panel = self.panel
        if not isinstance(panel, Panel):
            return False
        in_header = event.position().y() <= panel.header.geometry().bottom() + 4
        left = event.button() == Qt.MouseButton.LeftButton
        if event.type() == QEvent.Type.MouseButtonDblClick and in_header and left:
            self._pressed = False
            self.maximize_wanted.emit()
            return True
        if event.type() == QEvent.Type.MouseButtonPress:
            self._pressed = in_header and left
        # A drag ends without the panel hearing of it: Qt takes the mouse for itself.
        self._pressed = self._pressed and bool(
            event.buttons() & Qt.MouseButton.LeftButton
            or event.type() == QEvent.Type.MouseButtonRelease
        )
        if event.type() not in _MOUSE or not self._pressed:
            return False
        # Qt drags a dock by its title bar only.
        point = panel.mapTo(self, event.position())
        top = panel.mapTo(self, QPointF(0, 0)).y() + panel.header.geometry().center().y()
        line = float(self.titleBarWidget().geometry().bottom())
        local = QPointF(point.x(), max(line, point.y() - top + line))
        if event.type() == QEvent.Type.MouseButtonPress:
            local.setY(line)
        moved = QMouseEvent(
            event.type(),
            local,
            event.globalPosition(),
            event.button(),
            event.buttons(),
            event.modifiers(),
        )
        if event.type() == QEvent.Type.MouseButtonRelease:
            self._pressed = False
        # Sent, so that what makes a floating dock larger at its edges knows of it, too.
        return QCoreApplication.sendEvent(self, moved)
