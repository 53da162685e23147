"""Where the tests find what an entry of a registry is in plain torch: in the entry's own test."""

from importlib import import_module
from typing import Any


def stated(folder: str, name: str, kind: type) -> Any:
    """``PLAIN`` of ``tests/FOLDER/test_NAME.py``, a ``kind``, or None of an entry without torch.

    Raises AssertionError where the test does not state it: there is nothing to compare with.
    """
    missing = f'"{name}" has no plain torch: tests/{folder}/test_{name}.py states it as PLAIN, a '
    module = f"tests.{folder.replace('/', '.')}.test_{name}"
    try:
        found = import_module(module).PLAIN
    except (ModuleNotFoundError, AttributeError) as error:
        if isinstance(error, ModuleNotFoundError) and error.name != module:
            raise
        raise AssertionError(missing + kind.__name__) from None
    assert found is None or isinstance(found, kind), missing + kind.__name__
    return found
