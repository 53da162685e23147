"""The network's input, in a form that can be chosen."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from backprop_viz.analysis.numbers.number_origin import activation_number
from backprop_viz.analysis.numbers.tensor_forms import TensorForm, forms_for
from backprop_viz.desktop.panels.inspector.input_picture import InputPicture
from backprop_viz.desktop.style.theme import Theme, body_font
from backprop_viz.recording.iteration import Cursor
from backprop_viz.recording.trace.layers import Layer


class InputSection(QWidget):
    """Hidden for what is no input, and for a gray image, which the section below shows.

    ``number_picked`` carries a Number that was clicked.
    """

    number_picked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.picture = InputPicture()
        self.picture.setAccessibleName(self.tr("The sample that the network is given"))
        self.picture.number_picked.connect(self.number_picked)
        self.form = QComboBox()
        self.form.setObjectName("inputForm")
        self.form.setFont(body_font(11))
        self.form.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.form.setAccessibleName(self.tr("Shown as"))
        self.form.setToolTip(self.tr("In which form the sample is shown"))
        self.form.activated.connect(self._choose)
        label = QLabel(self.tr("shown as"))
        label.setProperty("role", "caption")
        label.setBuddy(self.form)
        head = QHBoxLayout()
        head.addWidget(label)
        head.addWidget(self.form)
        head.addStretch()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(head)
        layout.addWidget(self.picture, 1)
        self._forms: tuple[TensorForm, ...] = ()
        self._chosen: dict[str, TensorForm] = {}  # by the inputs' names
        self._now: tuple[Cursor, Layer, int] | None = None
        self.hide()

    def show_cursor(self, cursor: Cursor, layer: Layer, sample: int) -> None:
        """Show an input's sample; nothing of a layer that computes."""
        self._now = cursor, layer, sample
        batch = None if layer.operations else cursor.activation(layer)
        usable = batch is not None and batch.ndim > 0 and batch.dtype.kind in "fiub"
        if not usable or batch is None or not batch.size:
            self.hide()
            return
        self._forms = forms_for(batch.shape[1:], batch.dtype)
        form = self._chosen.get(layer.name, self._forms[0])
        form = form if form in self._forms else self._forms[0]
        names = self._names()
        texts = [names[each] for each in self._forms]
        if texts != [self.form.itemText(i) for i in range(self.form.count())]:
            self.form.clear()
            self.form.addItems(texts)
        self.form.setCurrentIndex(self._forms.index(form))
        self.form.setEnabled(len(self._forms) > 1)
        place = min(sample, len(batch) - 1)
        origin = activation_number(cursor, layer, ())
        self.picture.show_sample(batch, place, form, layer.name, origin)
        self.picture.setMinimumHeight(self.picture.least_height())
        plain = self._forms[0] is TensorForm.IMAGE or self._forms == (TensorForm.MAPS,)
        self.setVisible(not plain)

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self.picture.set_theme(theme)

    def _names(self) -> dict[TensorForm, str]:
        return {
            TensorForm.IMAGE: self.tr("image"),
            TensorForm.COLOUR: self.tr("colour image"),
            TensorForm.MAPS: self.tr("maps"),
            TensorForm.CURVES: self.tr("curves"),
            TensorForm.HEAT_MAP: self.tr("heat map"),
            TensorForm.TOKENS: self.tr("tokens"),
            TensorForm.TABLE: self.tr("table"),
            TensorForm.NUMBER: self.tr("number"),
        }

    def _choose(self, place: int) -> None:
        if self._now is not None:
            cursor, layer, sample = self._now
            self._chosen[layer.name] = self._forms[place]
            self.show_cursor(cursor, layer, sample)
