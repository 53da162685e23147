"""A place for a widget that is made when it is first seen: a window opens sooner."""

from collections.abc import Callable
from typing import Generic, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

Made = TypeVar("Made", bound=QWidget)


class LateWidget(QWidget, Generic[Made]):
    """Holds what ``make`` makes; ``widget`` has it made at once."""

    def __init__(self, make: Callable[[], Made]) -> None:
        super().__init__()
        self._make = make
        self.made: Made | None = None
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)

    @property
    def widget(self) -> Made:
        """What is held."""
        if self.made is None:
            self.made = made = self._make()
            chain: list[QWidget] = [made]
            while (after := chain[-1].nextInFocusChain()) not in (made, None):
                chain.append(after)
            box = self.layout()
            assert box is not None
            box.addWidget(made)
            self._keep_tab_order(chain)
        return self.made

    def _keep_tab_order(self, chain: list[QWidget]) -> None:
        """Have the Tab key come to them where they stand: Qt puts what is new last in a window."""
        before = self.previousInFocusChain()
        while before not in (self, None) and before.focusPolicy() == Qt.FocusPolicy.NoFocus:
            before = before.previousInFocusChain()
        for widget in chain:
            if widget.focusPolicy() != Qt.FocusPolicy.NoFocus:
                self.setTabOrder(before or self, widget)
                before = widget

    def showEvent(self, event: QShowEvent) -> None:
        """Make it: it is seen."""
        super().showEvent(event)
        _ = self.widget
