"""The settings of a loss surface, in a row."""

from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from backprop_viz.analysis.weight_places import other_weight
from backprop_viz.desktop.panels.surface.weight_field import WeightField
from backprop_viz.desktop.widgets.fields.number_field import NumberField
from backprop_viz.recording.requests.loss_surface import PLANE_KINDS, SurfaceRequest, WeightPlace
from backprop_viz.recording.settings.quantities import Quantity

SURFACE_SPAN = Quantity(0.0, 1e3, above=True, least=0.01)
SURFACE_POINTS = Quantity(3, 101, whole=True, step=2)
SURFACE_SAMPLES = Quantity(1, 20_000, whole=True)
DIRECTION_SEED = Quantity(0, 2**31 - 1, whole=True, step=1)
KEPT_ITERATION = Quantity(0, 10**9, whole=True, step=1)


class SurfaceSettings(QWidget):
    """What the next surface is to be; ``changed`` when the user has made it another."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("surfaceSettings")
        usual = SurfaceRequest()
        self.plane = QComboBox()
        titles = {
            "drawn": self.tr("Random directions"),
            "path": self.tr("Main directions"),
            "kept": self.tr("Through kept weights"),
            "weights": self.tr("Two weights"),
            "line": self.tr("Line to kept weights"),
        }
        for kind in PLANE_KINDS:
            self.plane.addItem(titles[kind], kind)
        self.part = QComboBox()
        self.plane.setAccessibleName(self.tr("Plane"))
        self.part.setAccessibleName(self.tr("Data"))
        self.part.addItem(self.tr("training"), "train")
        self.part.addItem(self.tr("validation"), "validation")
        self.span = NumberField(SURFACE_SPAN, self.tr("Span"), usual.span)
        self.resolution = NumberField(SURFACE_POINTS, self.tr("Points"), usual.resolution)
        self.samples = NumberField(SURFACE_SAMPLES, self.tr("Samples"), usual.samples)
        self.seed = NumberField(DIRECTION_SEED, self.tr("Seed"), usual.seed)
        self.first = NumberField(KEPT_ITERATION, self.tr("After A"), usual.first)
        self.second = NumberField(KEPT_ITERATION, self.tr("After B"), usual.second)
        self.x_weight = WeightField(self.tr("x: weight"))
        self.y_weight = WeightField(self.tr("y: weight"))
        self._shapes: dict[str, tuple[int, ...]] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        self._columns = self._made_columns()
        for column in self._columns.values():
            row.addWidget(column, 0, Qt.AlignmentFlag.AlignBottom)
        row.addStretch(1)
        self.plane.currentIndexChanged.connect(self._plane_changed)
        self.part.currentIndexChanged.connect(self.changed)
        for field in self._numbers:
            field.changed.connect(self.changed)
        for weight in self._weights:
            weight.changed.connect(self.changed)
        self._show_fields()

    def _made_columns(self) -> dict[QWidget, QWidget]:
        """Each field with its label above it."""
        near = self.tr(
            "The plane goes through the weights after this iteration, or the nearest one kept"
        )
        place = self.tr("A parameter and a place in it, such as conv1.weight[0, 0, 1, 1]")
        return {
            field: _labelled_column(field, name, tip, width)
            for field, name, width, tip in (
                (
                    self.plane,
                    "surfacePlane",
                    172,
                    self.tr(
                        "Two random directions, each filter as long as the weights' own; the two "
                        "main directions of the run so far; through kept weights; two weights "
                        "alone; or just the straight line to kept weights"
                    ),
                ),
                (self.x_weight, "surfaceXWeight", 204, place),
                (self.y_weight, "surfaceYWeight", 204, place),
                (self.first, "surfaceFirst", 58, near),
                (self.second, "surfaceSecond", 58, near),
                (
                    self.seed,
                    "surfaceSeed",
                    58,
                    self.tr("Another seed gives other random directions"),
                ),
                (
                    self.span,
                    "surfaceSpan",
                    54,
                    self.tr(
                        "How far the plane reaches: 1 is as far as the weights are from 0; as far "
                        "as the path or the kept weights; or, to either side of a weight, the "
                        "largest in its parameter"
                    ),
                ),
                (
                    self.resolution,
                    "surfaceResolution",
                    54,
                    self.tr("Points per side: more are finer and take longer"),
                ),
                (
                    self.samples,
                    "surfaceSamples",
                    70,
                    self.tr(
                        "The loss is the mean over this many samples, the first ones of the set"
                    ),
                ),
                (
                    self.part,
                    "surfacePart",
                    92,
                    self.tr("The samples that the loss is computed on"),
                ),
            )
        }

    @property
    def _numbers(self) -> tuple[NumberField, ...]:
        return self.first, self.second, self.seed, self.span, self.resolution, self.samples

    @property
    def _weights(self) -> tuple[WeightField, WeightField]:
        return self.x_weight, self.y_weight

    def set_shapes(self, shapes: dict[str, tuple[int, ...]]) -> None:
        """Tell which parameters the network has, by their names, and their shapes."""
        if shapes == self._shapes:
            return
        self._shapes = shapes
        for field in self._weights:
            field.set_shapes(shapes)
        if shapes and None in (self.x_weight.place, self.y_weight.place):
            name = next(iter(shapes))
            self.choose_weight(WeightPlace(name, (0,) * len(shapes[name])), choose=False)

    def choose_weight(self, place: WeightPlace, choose: bool = True) -> None:
        """Put a weight on the x axis; ``choose``: of a plane of two weights, chosen with it."""
        self.x_weight.set_place(place)
        other = self.y_weight.place
        if other is None or other == place:
            other = other_weight(place, self._shapes)
        if other is not None:
            self.y_weight.set_place(other)
        if choose:
            self.plane.setCurrentIndex(self.plane.findData("weights"))

    def request(self) -> SurfaceRequest:
        """The surface that the fields stand for."""
        return replace(
            SurfaceRequest(),
            plane=self.plane.currentData(),
            span=float(self.span.value()),
            resolution=int(self.resolution.value()),
            samples=int(self.samples.value()),
            seed=int(self.seed.value()),
            part=self.part.currentData(),
            first=int(self.first.value()),
            second=int(self.second.value()),
            weights=self._chosen_weights(),
        )

    def finish(self) -> bool:
        """Accept what is typed; whether all of it is valid."""
        fields: tuple[NumberField | WeightField, ...] = (*self._numbers, *self._weights)
        shown = [field for field in fields if not self._columns[field].isHidden()]
        return not [field for field in shown if not field.finish()]

    def _chosen_weights(self) -> tuple[WeightPlace, ...]:
        places = tuple(field.place for field in self._weights if field.place is not None)
        return places if self.plane.currentData() == "weights" else ()

    def _plane_changed(self) -> None:
        self._show_fields()
        self.changed.emit()

    def _show_fields(self) -> None:
        kind = self.plane.currentData()
        for field, shown in (
            (self.x_weight, kind == "weights"),
            (self.y_weight, kind == "weights"),
            (self.first, kind in ("kept", "line")),
            (self.second, kind == "kept"),
            (self.seed, kind == "drawn"),
        ):
            self._columns[field].setVisible(shown)


def _labelled_column(field: QWidget, name: str, tip: str, width: int) -> QWidget:
    """A field below its name."""
    field.setObjectName(name)
    field.setToolTip(tip)
    field.setFixedWidth(width)
    caption = QLabel(field.accessibleName())
    caption.setProperty("role", "caption")
    caption.setToolTip(tip)
    caption.setBuddy(field)
    column = QWidget()
    layout = QVBoxLayout(column)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(2)
    layout.addWidget(caption)
    layout.addWidget(field)
    return column
