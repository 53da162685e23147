"""What a run is made from."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

# What torch's optimizers take. ``int`` is named beside ``float`` so that whole numbers stay whole.
OptionValue = bool | int | float | str | None | tuple[int | float | None, ...]


@dataclass(frozen=True, slots=True)
class Settings:
    """What a run is made from. Equal settings give equal runs, bit for bit.

    ``roots`` are the folders that data sets are read from, by the names of the data. ``network``
    is the source of the network's class; None: the built-in LeNet.
    """

    data: str = "strokes"
    loss: str = "cross_entropy"
    optimizer: str = "sgd"
    lr: int | float = 0.05
    batch_size: int = 64
    seed: int = 0
    optimizer_options: Mapping[str, OptionValue] = field(default_factory=dict)
    set_to_none: bool = True
    clear_gradients: bool = True
    roots: Mapping[str, str] = field(default_factory=dict)
    schedule: str = "none"
    schedule_options: Mapping[str, int | float] = field(default_factory=dict)
    input_form: str = "batch"
    network: str | None = None

    @property
    def root(self) -> str | None:
        """The folder of the data, for data that is read from one."""
        return self.roots.get(self.data)

    def with_root(self, data: str, folder: str) -> "Settings":
        """These settings with that data, read from a folder."""
        return replace(self, data=data, roots={**self.roots, data: folder})
