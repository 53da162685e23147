"""The Run menu: stepping, training, and what a run is made of."""

from backprop_viz.desktop.actions.menu_command import Menu, MenuCommand, tr_noop

RUN_MENU = Menu(
    tr_noop("&Run"),
    (
        MenuCommand(
            "actionStep",
            tr_noop("&Step"),
            "F10",
            tr_noop("Run the next phase"),
            "training.step",
        ),
        MenuCommand(
            "actionStepBack",
            tr_noop("Step &back"),
            "Shift+F10",
            tr_noop("Go back to the end of the previous phase"),
            "training.step_back",
        ),
        MenuCommand(
            "actionIteration",
            tr_noop("&Iteration"),
            "F11",
            tr_noop("Run to the end of the iteration"),
            "training.iterate",
        ),
        MenuCommand(
            "actionTrain",
            tr_noop("&Train"),
            "F5",
            tr_noop("Train until paused"),
            "training.toggle_training",
            checkable=True,
        ),
        MenuCommand(
            "actionReset",
            tr_noop("&Reset"),
            "Ctrl+R",
            tr_noop("Start again with a new network and the same settings"),
            "training.reset",
        ),
        MenuCommand(
            "actionStartAgain",
            tr_noop("Start torc&h again"),
            "",
            tr_noop(
                "Start the process that runs torch again, and continue the "
                "run from its last autosave"
            ),
            "restarts.start_again",
        ),
        MenuCommand(
            "actionBackwardTwice",
            tr_noop("Backward t&wice"),
            "Ctrl+2",
            tr_noop("Call backward a second time, to see torch's error: the graph has been freed"),
            "training.backward_twice",
            separated=True,
        ),
        MenuCommand(
            "actionBackwardRetained",
            tr_noop("Backward twice, &graph retained"),
            "Ctrl+Shift+2",
            tr_noop("Call backward twice with retain_graph=True, to see the gradients accumulate"),
            "training.backward_twice_retained",
        ),
        MenuCommand(
            "actionAccumulate",
            tr_noop("Gradients acc&umulate"),
            "Ctrl+G",
            tr_noop("Leave zero_grad out, so that each backward adds to every .grad"),
            "presets.toggle_accumulating",
            button_text="Σ grad",
            checkable=True,
            separated=True,
        ),
        MenuCommand(
            "actionOutputGradient",
            tr_noop("out.backward(r&andom)"),
            "Ctrl+Shift+G",
            tr_noop("Backward from the output with a random gradient, without a loss"),
            "presets.toggle_output_gradient",
            checkable=True,
        ),
        MenuCommand(
            "actionUnbatched",
            tr_noop("Input without batch di&mension"),
            "Ctrl+Shift+X",
            tr_noop("Give the network one input of shape 1×32×32, to see what torch says of it"),
            "presets.toggle_unbatched",
            button_text="1×32×32",
            checkable=True,
        ),
        MenuCommand(
            "actionUnsqueeze",
            tr_noop("Mend it b&y unsqueeze(0)"),
            "Ctrl+Shift+U",
            tr_noop("Give the network that input as a batch of one: x.unsqueeze(0)"),
            "presets.toggle_unsqueezing",
            button_text="unsqueeze(0)",
            checkable=True,
        ),
        MenuCommand(
            "actionOptions",
            tr_noop("Training &options…"),
            "Ctrl+,",
            tr_noop("Options of the optimizer and the schedule, and what zero_grad does"),
            "training.show_options",
            separated=True,
        ),
        MenuCommand(
            "actionCopyScript",
            tr_noop("&Copy as script"),
            "Ctrl+Shift+C",
            tr_noop("Copy the run so far as a Python script that needs torch alone"),
            "scripts.copy",
        ),
        MenuCommand(
            "actionSaveScript",
            tr_noop("Sa&ve as script…"),
            "",
            tr_noop(
                "Save the run so far as a Python script, with its samples in "
                "a file beside it if many"
            ),
            "scripts.save",
        ),
    ),
)
