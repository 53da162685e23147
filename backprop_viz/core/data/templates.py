"""Hand-authored pen strokes: the ways of writing each digit that the training part is made from.

A paragraph is a way of writing: its name, after "*" how often it is drawn beside others (else 1),
and its variants, one a line. Variants have the same structure, so that any mixture of them is a
plausible drawing too. Strokes are separated by "/", points by spaces; a point is "x,y" (x to the
right, y down, the digit fills about 100 x 100). The pen runs smoothly through the points except
at one marked "!", which is a sharp corner.
"""

from .templates_0_to_3 import ZERO_TO_THREE
from .templates_4_to_6 import FOUR_TO_SIX
from .templates_7_to_9 import SEVEN_TO_NINE

TRAINING = ZERO_TO_THREE | FOUR_TO_SIX | SEVEN_TO_NINE
