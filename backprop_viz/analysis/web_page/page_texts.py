"""What a web page of a recording says."""

from collections.abc import Mapping

from backprop_viz.recording.translation import QT_TRANSLATE_NOOP

# By the name that the page's script asks for.
PAGE_TEXTS: Mapping[str, str] = {
    "title": QT_TRANSLATE_NOOP("web page", "{0} · iteration {1}"),
    "loss": QT_TRANSLATE_NOOP("web page", "loss {0}"),
    "made": QT_TRANSLATE_NOOP("web page", "recorded by backprop_viz {0}"),
    "light": QT_TRANSLATE_NOOP("web page", "Light"),
    "dark": QT_TRANSLATE_NOOP("web page", "Dark"),
    "theme": QT_TRANSLATE_NOOP("web page", "Light or dark colours (T)"),
    "events": QT_TRANSLATE_NOOP("web page", "Events"),
    "network": QT_TRANSLATE_NOOP("web page", "Network"),
    "graph": QT_TRANSLATE_NOOP("web page", "Autograd graph"),
    "inspector": QT_TRANSLATE_NOOP("web page", "Inspector"),
    "timeline": QT_TRANSLATE_NOOP("web page", "Timeline"),
    "follow": QT_TRANSLATE_NOOP("web page", "follow"),
    "follow_tip": QT_TRANSLATE_NOOP(
        "web page", "Activations up to the loss, gradients from backward on"
    ),
    "activations": QT_TRANSLATE_NOOP("web page", "activations"),
    "activations_tip": QT_TRANSLATE_NOOP("web page", "What each layer computed"),
    "gradients": QT_TRANSLATE_NOOP("web page", "gradients"),
    "gradients_tip": QT_TRANSLATE_NOOP(
        "web page", "The gradient of the loss with respect to what each layer computed"
    ),
    "sample": QT_TRANSLATE_NOOP("web page", "sample {0}"),
    "label": QT_TRANSLATE_NOOP("web page", "label {0}"),
    "samples_kept": QT_TRANSLATE_NOOP("web page", "{0} of {1} samples in this page"),
    "previous_sample": QT_TRANSLATE_NOOP("web page", "Previous sample"),
    "next_sample": QT_TRANSLATE_NOOP("web page", "Next sample"),
    "nodes_ran": QT_TRANSLATE_NOOP(
        "web page", "loss.grad_fn → next_functions · {0} of {1} nodes ran"
    ),
    "start": QT_TRANSLATE_NOOP("web page", "Before the first event"),
    "start_about": QT_TRANSLATE_NOOP(
        "web page",
        "Nothing has happened yet. The right arrow key goes forward by one event, Page Down by a "
        "phase.",
    ),
    "zero_grad_about": QT_TRANSLATE_NOOP(
        "web page", "zero_grad clears the gradient of the iteration before."
    ),
    "forward_about": QT_TRANSLATE_NOOP(
        "web page", "An operation of the forward pass: what it read, and what it made."
    ),
    "loss_about": QT_TRANSLATE_NOOP(
        "web page", "The loss: one number that says how wrong the output is."
    ),
    "backward_about": QT_TRANSLATE_NOOP(
        "web page",
        "Backward runs this node: the gradient of its output arrived, and it sends those of its "
        "inputs.",
    ),
    "accumulate_about": QT_TRANSLATE_NOOP(
        "web page", "The gradient that arrived is added to the parameter's .grad."
    ),
    "update_about": QT_TRANSLATE_NOOP(
        "web page", "The optimizer changes the weight by its gradient."
    ),
    "read": QT_TRANSLATE_NOOP("web page", "read"),
    "made_here": QT_TRANSLATE_NOOP("web page", "made"),
    "arrived": QT_TRANSLATE_NOOP("web page", "arrived"),
    "sent": QT_TRANSLATE_NOOP("web page", "sent"),
    "grad_before": QT_TRANSLATE_NOOP("web page", ".grad before"),
    "grad_after": QT_TRANSLATE_NOOP("web page", ".grad after"),
    "weight_before": QT_TRANSLATE_NOOP("web page", "weight before"),
    "weight_after": QT_TRANSLATE_NOOP("web page", "weight after"),
    "state_before": QT_TRANSLATE_NOOP("web page", "{0} before"),
    "state_after": QT_TRANSLATE_NOOP("web page", "{0} after"),
    "none": QT_TRANSLATE_NOOP("web page", "None"),
    "not_recorded": QT_TRANSLATE_NOOP("web page", "not recorded"),
    "not_yet": QT_TRANSLATE_NOOP("web page", "It has not been computed yet."),
    "left_out": QT_TRANSLATE_NOOP(
        "web page", "Its numbers are too many for this page; the recording has them."
    ),
    "facts": QT_TRANSLATE_NOOP("web page", "min {0} · max {1} · ‖·‖ {2}"),
    "axis": QT_TRANSLATE_NOOP("web page", "axis {0}"),
    "every": QT_TRANSLATE_NOOP("web page", "every {0}th number"),
    "range": QT_TRANSLATE_NOOP("web page", "colours from −{0} to +{0}"),
    "table": QT_TRANSLATE_NOOP(
        "web page", "Numbers around the chosen one; the arrow keys choose another"
    ),
    "fold": QT_TRANSLATE_NOOP(
        "web page", "Show the nodes of each layer, module or loop as one box"
    ),
    "boxes": QT_TRANSLATE_NOOP("web page", "boxes"),
    "loop": QT_TRANSLATE_NOOP("web page", "loop ×{0}"),
    "pass": QT_TRANSLATE_NOOP("web page", "pass {0}"),
    "go_first": QT_TRANSLATE_NOOP("web page", "To the start (Home)"),
    "go_back": QT_TRANSLATE_NOOP("web page", "Back by one event (←)"),
    "play": QT_TRANSLATE_NOOP("web page", "Play or stop (space)"),
    "go_on": QT_TRANSLATE_NOOP("web page", "Forward by one event (→)"),
    "go_last": QT_TRANSLATE_NOOP("web page", "To the end (End)"),
    "at": QT_TRANSLATE_NOOP("web page", "event {0} of {1}"),
    "keys": QT_TRANSLATE_NOOP(
        "web page", "← → an event · Page Up, Page Down a phase · Home, End · space plays"
    ),
    "too_old": QT_TRANSLATE_NOOP(
        "web page", "This browser is too old to unpack the page: open it in a newer one."
    ),
}
