"""Where the learning rate of an iteration comes from: a setting, or a schedule."""

from PySide6.QtCore import QCoreApplication

from backprop_viz.desktop.style.numbers import full, short
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.desktop.widgets.told_number import ToldNumber, ToldPart
from backprop_viz.recording.settings.schedules import Schedule


def told_rate(view_state: ViewState, rate: float) -> ToldNumber:
    """The learning rate of the iteration shown; the schedule's rule where it made that rate."""
    translate = QCoreApplication.translate
    recording, settings = view_state.cursor.recording, view_state.settings
    done, parts = recording.iteration - 1, list[ToldPart]()
    formula = where = ""
    text = translate(
        "rates", "It is what the optimizer's parameter group had as lr when it stepped."
    )
    if view_state.origin is None:
        schedule = Schedule(settings.schedule, settings.schedule_options)
        made = schedule.rate(settings.lr, done) == rate
        text = translate(
            "rates", "It is the learning rate of the settings: no schedule changes it."
        )
        if not made:
            text = translate(
                "rates",
                "The learning rate or its schedule was another one in this iteration than it is "
                "now.",
            )
        elif schedule.name == "cosine":
            formula = "lr = lr₀·(1 + cos(π·i / n)) / 2"
            parts = _parts(settings.lr, done, n=schedule.options["iterations"])
            text = translate("rates", "The cosine schedule lets it fall to 0 over n iterations.")
        elif schedule.name == "step":
            formula = "lr = lr₀·γ^⌊i / s⌋"
            options = schedule.options
            parts = _parts(settings.lr, done, s=options["step_size"], γ=options["gamma"])
            text = translate("rates", "The step schedule multiplies it by γ every s iterations.")
        if parts:
            where = translate(
                "rates", "lr₀: learning rate of the settings · i: iterations before this one"
            )
    of = translate("OriginView", "iteration {0}").format(recording.iteration)
    ends = short(rate), full(rate)
    return ToldNumber("lr", *ends, text, formula, where, tuple(parts), of, "update")


def _parts(base: float, done: int, **options: float) -> list[ToldPart]:
    first = [ToldPart("lr₀", base), ToldPart("i", float(done))]
    return first + [ToldPart(name, float(value)) for name, value in options.items()]
