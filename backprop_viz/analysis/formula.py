"""What one kind of grad_fn node computes, as a formula and in words."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Formula:
    """``forward``: what the operation made of its inputs; ``backward``: what the node sends on.

    ``sentence`` says it in words; ``inputs`` are the formula's names for the operation's inputs,
    in the order of the gradients sent on. ``known`` is false where there is no entry.
    """

    forward: str
    backward: str
    sentence: str
    inputs: tuple[str, ...] = ("x",)
    known: bool = True
