"""A place for a widget that is made when it is first seen: plots take time to make."""

from collections.abc import Callable
from typing import Generic, TypeVar

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
            self.made = self._make()
            box = self.layout()
            assert box is not None
            box.addWidget(self.made)
        return self.made

    def showEvent(self, event: QShowEvent) -> None:
        """Make it: it is seen."""
        super().showEvent(event)
        _ = self.widget
