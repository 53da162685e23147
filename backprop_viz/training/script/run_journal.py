"""The part of a run's history that its current settings do not tell."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.recording.trace.phases import Phase

# What a plain loop cannot repeat: a gradient was altered on purpose, weights were loaded from a
# file, or the run was opened from a file that does not tell what happened before.
FOREIGN = INTERVENED, WEIGHTS, UNKNOWN = "intervention", "weights", "unknown"


@dataclass(frozen=True, slots=True)
class RunJournal:
    """What is needed to repeat a run, by the number of iterations done before.

    ``settings`` hold from there on; the first ones begin the run. ``twice`` are the iterations
    whose backward ran twice. ``foreign`` tells where something happened that no loop repeats.
    """

    settings: Mapping[int, Settings]
    twice: tuple[int, ...] = ()
    foreign: Mapping[int, str] = field(default_factory=dict)

    def changed(self, iteration: int, settings: Settings, phase: Phase) -> "RunJournal":
        """The journal with settings that were changed before a phase of an iteration.

        This iteration's forward already uses the new form of the input, and its update the new
        learning rate; the rest counts from the next iteration on.
        """
        if phase is Phase.ZERO_GRAD:
            return self._with(iteration, settings)
        names = ["lr", "schedule", "schedule_options"]
        if phase is Phase.FORWARD:
            names.append("input_form")
        soon = replace(self.at(iteration), **{name: getattr(settings, name) for name in names})
        return self._with(iteration, soon)._with(iteration + 1, settings)

    def ran(self, iteration: int, *, intervention: bool, twice: bool) -> "RunJournal":
        """The journal with an iteration that has run; an earlier run of it is forgotten."""
        foreign = {
            at: what for at, what in self.foreign.items() if (at, what) != (iteration, INTERVENED)
        }
        if intervention:
            foreign[iteration] = INTERVENED
        others = [at for at in self.twice if at != iteration]
        return replace(self, twice=(*others, *[iteration] * twice), foreign=foreign)

    def came_in(self, iteration: int, what: str) -> "RunJournal":
        """The journal with a note of something that no loop repeats."""
        return replace(self, foreign={**self.foreign, iteration: what})

    def up_to(self, iteration: int, settings: Settings) -> "RunJournal":
        """The journal up to an iteration, with the settings that hold there."""
        kept = {at: found for at, found in self.settings.items() if at < iteration}
        return replace(
            self,
            settings=kept or {0: settings},
            twice=tuple(at for at in self.twice if at < iteration),
            foreign={at: what for at, what in self.foreign.items() if at < iteration},
        )._with(iteration, settings)

    def at(self, iteration: int) -> Settings:
        """The settings that hold after this many iterations."""
        return self.settings[max(at for at in self.settings if at <= iteration)]

    def _with(self, iteration: int, settings: Settings) -> "RunJournal":
        if self.at(iteration) == settings:
            return self
        kept = {at: found for at, found in self.settings.items() if at < iteration}
        return replace(self, settings={**kept, iteration: settings})
