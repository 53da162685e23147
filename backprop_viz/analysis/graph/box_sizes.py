"""How large the boxes of a grad_fn graph are, and the gaps between them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BoxSizes:
    """Lengths in pixels at a scale of 1; a pill is a node that hangs below another.

    Below a scale of ``readable`` the names, which are never smaller than 11 pixels, are cut; at
    ``comfortable`` a graph is drawn that does not fit.
    """

    width: int
    height: int
    pill_width: int
    pill_height: int
    gap: int  # between two columns
    hang: int  # from a node down to the nodes below it
    space: int  # between hanging nodes
    track: int  # between edges that run beside each other
    edge_room: int  # between a row and the lowest track above it
    lane_gap: int  # between what hangs in a lane and the next lane or row
    name: int  # the size of a name in pixels; other text has 11
    readable: float
    comfortable: float

    @property
    def of_leaf(self) -> tuple[int, int]:
        """The width and height of a leaf."""
        return self.pill_width, self.pill_height


# With the name of a node, and the shape of its gradient below it.
OPEN = BoxSizes(104, 44, 84, 18, 15, 8, 4, 7, 10, 10, 13, 0.85, 0.95)
# With its name alone.
COMPACT = BoxSizes(82, 20, 80, 16, 6, 6, 3, 6, 8, 8, 11, 0.9, 1.0)
