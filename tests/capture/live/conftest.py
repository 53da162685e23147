from collections.abc import Iterator

import pytest

from tests.capture.live.script_runs import Scripts


@pytest.fixture(scope="session")
def scripts() -> Iterator[Scripts]:
    found = Scripts()
    yield found
    found.close()
