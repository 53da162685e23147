"""Names of parameters where there is little room."""


def brief_parameter(name: str) -> str:
    """``conv1.weight`` as ``conv1.w``, ``conv1.bias`` as ``conv1.b``; any other as it is."""
    head, dot, tail = name.rpartition(".")
    return head + dot + {"weight": "w", "bias": "b"}.get(tail, tail)
