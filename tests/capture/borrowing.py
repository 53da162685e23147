"""Whether a recording reads memory of torch's where it lies."""

import pytest

from backprop_viz.capture.watches.write_watch import TELLS_OF_SAVING_HOOKS

borrows = pytest.mark.skipif(
    not TELLS_OF_SAVING_HOOKS,
    reason="torch tells of no hooks at what is saved: all is copied",
)
