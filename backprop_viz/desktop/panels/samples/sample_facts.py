"""The chosen sample, enlarged, with everything known about it."""

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from backprop_viz.desktop.panels.samples.sample_texts import (
    Sample,
    sample_loss_text,
    sample_name,
    verdict,
)
from backprop_viz.desktop.style.elided import ElidedLabel
from backprop_viz.desktop.style.panel import Panel
from backprop_viz.desktop.style.theme import DARK, Theme

_PICTURE = 96


class SampleFacts(Panel):
    """``opened`` carries the sample to step through."""

    opened = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Sample"), parent)
        self.setObjectName("sampleFacts")
        self._sample: Sample | None = None
        self.picture = _SamplePicture()
        self.name, self.verdict, self.loss = ElidedLabel(), ElidedLabel(), ElidedLabel()
        self.verdict.setObjectName("sampleVerdict")
        self.loss.setProperty("role", "muted")
        self.load = QPushButton(self.tr("Step through this sample"))
        self.load.setObjectName("loadSample")
        self.load.setAccessibleName(self.load.text())
        self.load.setToolTip(self.tr("Make this sample the batch of the next iteration (Enter)"))
        self.load.setAutoDefault(False)
        self.load.clicked.connect(self._open)
        words = QVBoxLayout()
        words.setSpacing(3)
        for label in (self.name, self.verdict, self.loss):
            words.addWidget(label)
        words.addStretch(1)
        words.addWidget(self.load, 0, Qt.AlignmentFlag.AlignLeft)
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(self.picture, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        self.body.addLayout(row)
        self.show_sample(None, None)

    def show_sample(self, sample: Sample | None, image: QImage | None) -> None:
        """Show a sample; None: no sample is chosen."""
        self._sample = sample
        self.picture.image = image
        self.picture.update()
        self.load.setEnabled(sample is not None)
        if sample is None:
            self.name.setText(self.tr("Select a sample"))
        else:
            self.name.setText(sample_name(sample))
        self.verdict.setText("" if sample is None else verdict(sample))
        self.loss.setText("" if sample is None else sample_loss_text(sample))
        if sample is not None and sample.loss is not None:
            self.loss.setToolTip(str(sample.loss))

    def set_theme(self, theme: Theme) -> None:
        """Paint in a theme's colours."""
        self.picture.theme = theme
        self.picture.update()

    def _open(self) -> None:
        if self._sample is not None:
            self.opened.emit(self._sample)


class _SamplePicture(QLabel):
    """The image at three times its size, each pixel a square."""

    def __init__(self) -> None:
        super().__init__()
        self.image: QImage | None = None
        self.theme: Theme = DARK
        self.setFixedSize(QSize(_PICTURE, _PICTURE))

    def paintEvent(self, event: QPaintEvent) -> None:
        """The image, or an empty well."""
        painter = QPainter(self)
        box = QRect(0, 0, _PICTURE, _PICTURE)
        if self.image is None:
            painter.fillRect(box, QColor(self.theme.control))
        else:
            painter.drawImage(box, self.image)
        painter.end()
