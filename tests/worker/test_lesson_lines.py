"""What is shown of the programs that lessons' pages run."""

import ast

from backprop_viz.desktop.lessons import snippets
from backprop_viz.worker.lesson_runs import lines_to_read

SOURCE = '''"""What the module is for."""

from typing import Any

import torch


class _Net(torch.nn.Module):
    """A network."""

    def forward(self, x):
        """What goes in."""
        return x


def snippet(record: Any) -> dict[str, float]:
    """What is returned."""
    net = _Net()

    # A remark.
    with record(net):
        net(1)
    assert net is not None
    return {"a": 1.0}
'''


def test_the_body_is_shown_and_what_it_calls() -> None:
    assert (
        "\n".join(lines_to_read(SOURCE))
        == """net = _Net()

# A remark.
with record(net):
    net(1)

class _Net(torch.nn.Module):
    def forward(self, x):
        return x"""
    )


def test_every_snippet_begins_with_what_it_does() -> None:
    for name, source in snippets().items():
        lines = lines_to_read(source)
        first = ast.parse(lines[0] if not lines[0].endswith(":") else f"{lines[0]} ...")
        assert not isinstance(first.body[0], ast.Import | ast.ImportFrom), name
        text = "\n".join(lines)
        assert "def snippet" not in text, name
        assert '"""' not in text, name
        assert "with record(" in text, name
