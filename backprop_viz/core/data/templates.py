"""Hand-authored pen strokes: the ways of writing each digit that the training part is made from.

A paragraph is a way of writing: its name, after "*" how often it is drawn beside others (else 1),
and its variants, one a line. Variants have the same structure, so that any mixture of them is a
plausible drawing too. Strokes are separated by "/", points by spaces; a point is "x,y" (x to the
right, y down, the digit fills about 100 x 100). The pen runs smoothly through the points except
at one marked "!", which is a sharp corner.
"""

from .templates_0_to_4 import ZERO_TO_FOUR
from .templates_5_to_9 import FIVE_TO_NINE

TRAINING = ZERO_TO_FOUR | FIVE_TO_NINE
