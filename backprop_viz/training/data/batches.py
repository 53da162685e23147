"""Which batch an iteration takes: the loader's, or one that it was given."""

from backprop_viz.training.data.data_sources import DataSource, Loader, LoaderState
from backprop_viz.training.data.prefetch import Ahead, Batch


class Batches:
    """The batch of each iteration: images (N, 1, 32, 32) float32 and labels (N,) int64.

    ``given_batches`` take the place of the loader's batch, by the number of iterations done
    before; the loader's batch is then kept for the next iteration.
    """

    def __init__(self, source: DataSource, seed: int) -> None:
        self.given_batches: dict[int, Batch] = {}
        self._loader = Loader(source, seed)
        self._fetched: Batch
        self._fetched_for = -1

    def read_ahead(self, ahead: Ahead) -> None:
        """Load large batches in another thread while the ones before are used."""
        self._loader.read_ahead(ahead)

    def of(self, iteration: int, size: int) -> Batch:
        """The batch of the iteration that is due; asking again gives the same one."""
        given_batch = self.given_batches.get(iteration)
        if given_batch is not None:
            return given_batch
        if self._fetched_for != iteration:
            self._fetched = self._loader.next(size)
            self._fetched_for = iteration
        return self._fetched

    def done(self, iteration: int) -> None:
        """The iteration's update has run."""
        if self._fetched_for == iteration and iteration in self.given_batches:
            self._fetched_for += 1

    def forget_given(self, iteration: int) -> None:
        """Drop the given batches of iterations after this one, which will not be run."""
        for later in [i for i in self.given_batches if i >= iteration]:
            del self.given_batches[later]

    def state(self) -> tuple[LoaderState, tuple[int, Batch]]:
        """The loader's state, and the batch it gave last with the iteration that it is for."""
        return self._loader.state(), (self._fetched_for, self._fetched)

    def restore(self, loader: LoaderState, fetched: tuple[int, Batch]) -> Batch:
        """Go back to a ``state``; returns the batch that the loader gave last."""
        self._loader.restore(loader)
        self._fetched_for, self._fetched = fetched
        return self._fetched
