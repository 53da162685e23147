"""How far the worker may be ahead of the window, and how threads take turns."""

# The worker sends this many small updates before it waits to hear that some were shown: hearing
# costs training more than sending. Together they are far smaller than what a pipe holds.
UPDATES_AHEAD = 8
# The threads that send and read wait no longer than this for the one that trains, or paints.
SWITCH_S = 0.001
