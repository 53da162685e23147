"""Hand-authored pen strokes: the ways of writing each digit that the training part is made from.

A paragraph is a way of writing: its name, after "*" how often it is drawn beside others (else 1),
after "<" the widest pen that leaves its small parts open (a share of the drawing's longer side),
and its variants, one a line. Variants have the same structure, so that any mixture of them is a
plausible drawing too. Strokes are separated by "/", points by spaces; a point is "x,y" (x to the
right, y down, the digit fills about 100 x 100). The pen runs smoothly through the points except
at one marked "!", which is a sharp corner.
"""

from backprop_viz.digits.templates.training_0_and_1 import ZERO_AND_ONE
from backprop_viz.digits.templates.training_2_and_3 import TWO_AND_THREE
from backprop_viz.digits.templates.training_4_and_5 import FOUR_AND_FIVE
from backprop_viz.digits.templates.training_6_and_7 import SIX_AND_SEVEN
from backprop_viz.digits.templates.training_8_and_9 import EIGHT_AND_NINE

TRAINING = ZERO_AND_ONE | TWO_AND_THREE | FOUR_AND_FIVE | SIX_AND_SEVEN | EIGHT_AND_NINE
