"""How large what a user makes may be. Here, so that the window and the files agree on it."""

# Points of all strokes of a drawing together: these are painted in a moment. A drawing with more is
# saved as a picture.
MOST_POINTS = 5_000
MOST_STROKES = 2_000
WIDEST = 100.0  # a stroke, in the drawing's units, of which the pad is 280 wide
# The pixels on a side of the square that a drawing is.
PAD_SIDE = 280

# What a recording file may ask a reader for; a file says how much it holds before it is read.
MOST_CHUNK_BYTES = 2**26
MOST_RECORDING_BYTES = 2**32  # all tensors of an iteration
MOST_DESCRIPTION_BYTES = 2**25  # all that is told of an iteration beside its tensors
MOST_TENSORS = 1_000_000  # of an iteration
