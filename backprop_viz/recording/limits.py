"""How large what a user makes may be. Here, so that the window and the files agree on it."""

# Of all strokes of a drawing together: so many are painted in a moment. A drawing of more is
# saved as the picture that it is.
MOST_POINTS = 5_000
MOST_STROKES = 2_000
WIDEST = 100.0  # a stroke, in the drawing's units, of which the pad is 280 wide
# The pixels on a side of the square that a drawing is.
PAD_SIDE = 280
