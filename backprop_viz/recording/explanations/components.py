"""The real and the imaginary part of complex numbers, each of which is explained by itself."""

from typing import Any, Literal

Component = Literal["", "real", "imag"]
REAL, IMAG = "real", "imag"
# A complex tensor's components; those of a real one are it alone.
_OF_COMPLEX: tuple[Component, ...] = ("real", "imag")
_OF_REAL: tuple[Component, ...] = ("",)


def component_of(array: Any, component: str) -> Any:
    """The real or the imaginary part of an array or a tensor; itself for ""."""
    return getattr(array, component) if component else array


def components_of(is_complex: bool) -> tuple[Component, ...]:
    """The components that a complex, or a real, tensor is explained by."""
    return _OF_COMPLEX if is_complex else _OF_REAL
