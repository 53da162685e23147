"""How far the worker may be ahead of the window, and how threads take turns."""

# The worker sends as many small updates as this before it hears that some were shown; to hear it
# costs training more than to send one. Together they are far smaller than what a pipe holds.
UPDATES_AHEAD = 8
# The threads that send and read wait no longer than this for the one that trains, or paints.
SWITCH_S = 0.001
