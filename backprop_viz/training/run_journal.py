"""How a run came to be where it is, where the settings that it has now do not tell."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from backprop_viz.recording.settings import Settings

# What was done that a plain loop cannot repeat: a gradient was altered on purpose, weights came
# out of a file, or the run out of one that does not tell what was before.
FOREIGN = ALTERED, WEIGHTS, UNKNOWN = "intervention", "weights", "unknown"


@dataclass(frozen=True, slots=True)
class RunJournal:
    """What to know of a run to run it again; all by how many iterations were done before.

    ``settings`` are those that hold from there on; the first ones begin the run. ``twice`` are the
    iterations whose backward ran twice, ``foreign`` says where what no loop repeats came in.
    """

    settings: Mapping[int, Settings]
    twice: tuple[int, ...] = ()
    foreign: Mapping[int, str] = field(default_factory=dict)

    def changed(self, iteration: int, settings: Settings, under_way: bool) -> "RunJournal":
        """With settings that were changed, perhaps while that iteration was ``under_way``.

        Its update already goes by the new learning rate, the rest is for the next one.
        """
        if not under_way:
            return self._with(iteration, settings)
        rate = ("lr", "schedule", "schedule_options")
        soon = replace(self.at(iteration), **{name: getattr(settings, name) for name in rate})
        return self._with(iteration, soon)._with(iteration + 1, settings)

    def ran(self, iteration: int, *, intervention: bool, twice: bool) -> "RunJournal":
        """With an iteration that has run, so and not otherwise."""
        foreign = {
            at: what for at, what in self.foreign.items() if (at, what) != (iteration, ALTERED)
        }
        if intervention:
            foreign[iteration] = ALTERED
        others = [at for at in self.twice if at != iteration]
        return replace(self, twice=(*others, *[iteration] * twice), foreign=foreign)

    def came_in(self, iteration: int, what: str) -> "RunJournal":
        """With something that no loop repeats."""
        return replace(self, foreign={**self.foreign, iteration: what})

    def up_to(self, iteration: int, settings: Settings) -> "RunJournal":
        """Of the run as it was after an iteration, with the settings that it has there."""
        kept = {at: found for at, found in self.settings.items() if at < iteration}
        return replace(
            self,
            settings=kept or {0: settings},
            twice=tuple(at for at in self.twice if at < iteration),
            foreign={at: what for at, what in self.foreign.items() if at < iteration},
        )._with(iteration, settings)

    def at(self, iteration: int) -> Settings:
        """The settings that hold after so many iterations."""
        return self.settings[max(at for at in self.settings if at <= iteration)]

    def _with(self, iteration: int, settings: Settings) -> "RunJournal":
        if self.at(iteration) == settings:
            return self
        kept = {at: found for at, found in self.settings.items() if at < iteration}
        return replace(self, settings={**kept, iteration: settings})
