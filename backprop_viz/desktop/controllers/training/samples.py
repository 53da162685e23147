"""Opens the samples window, and passes its requests and the answers on."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from backprop_viz.desktop.controllers.appearance.theme import ThemeController
from backprop_viz.desktop.controllers.context import Context
from backprop_viz.desktop.panels.samples.sample_texts import Sample, loaded_sentence
from backprop_viz.desktop.style.theme import Theme
from backprop_viz.recording.requests.samples import EvaluationProgress, Page, Sheet
from backprop_viz.stream.commands import (
    CancelEvaluation,
    Evaluate,
    GetImages,
    LoadSample,
    WatchSamples,
)

if TYPE_CHECKING:
    from backprop_viz.desktop.panels.samples.samples_window import SamplesWindow


class SamplesController(QObject):
    """Opens the samples window, which is created the first time."""

    def __init__(self, context: Context, viewing: ThemeController) -> None:
        super().__init__(context.window)
        self._window, self._session = context.window, context.session
        self._store, self._viewing = context.store, viewing
        self._view: SamplesWindow | None = None
        self._session.answered.connect(self._show)
        self._window.closing.connect(self._close)
        viewing.theme_changed.connect(self._set_theme)

    def open(self) -> None:
        """Show the samples."""
        view = self._opened()
        view.grid.setFocus()

    def open_matrix(self) -> None:
        """Show the confusion matrix of the last evaluation."""
        self._opened().matrix.setFocus()

    def _opened(self) -> "SamplesWindow":
        if self._view is None:
            from backprop_viz.desktop.panels.samples.samples_window import SamplesWindow

            self._view = view = SamplesWindow(self._window)
            send = self._session.send
            view.watched.connect(lambda part: send(WatchSamples(part)))
            view.images_wanted.connect(lambda *page: send(GetImages(*page)))
            view.evaluation_wanted.connect(lambda part, count: send(Evaluate(part, count)))
            view.evaluation_cancelled.connect(lambda: send(CancelEvaluation()))
            view.opened.connect(self._load)
            view.set_theme(self._viewing.theme)
            self._session.view_state_ready.connect(self._show_classes)
            self._show_classes()
            view.restore_layout(self._store)
            # Without a parent: as a child it would always lie above the main window. Not by
            # ``winId()``: that makes native windows of the main window's widgets, too.
            view.create()
            view.windowHandle().setTransientParent(None)  # type: ignore[arg-type]
        self._view.show()
        self._view.activateWindow()
        return self._view

    def _show(self, answer: object) -> None:
        if self._view is None:
            return
        if isinstance(answer, Sheet):
            self._show_classes()
            self._view.show_sheet(answer)
        elif isinstance(answer, Page):
            self._view.show_page(answer)
        elif isinstance(answer, EvaluationProgress):
            self._view.show_progress(answer)

    def _show_classes(self) -> None:
        if self._view is not None and self._session.view_state is not None:
            self._view.show_classes(self._session.view_state.classes)

    def _load(self, sample: Sample) -> None:
        """Make a sample the batch, and give the main window the keyboard."""
        self._session.send(LoadSample(sample.part, sample.source, int(sample.index)))
        self._window.messages.tell(loaded_sentence(sample), "info")
        self._window.raise_()
        self._window.activateWindow()

    def _set_theme(self, theme: Theme) -> None:
        if self._view is not None:
            self._view.set_theme(theme)

    def _close(self) -> None:
        if self._view is not None:
            self._view.save_layout(self._store)
            self._view.close()
