"""The Run menu: stepping, training, and what a run is made of."""

from backprop_viz.desktop.actions.menu_command import Menu, MenuCommand
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP

RUN_MENU = Menu(
    QT_TRANSLATE_NOOP("actions", "&Run"),
    (
        MenuCommand(
            "actionStep",
            QT_TRANSLATE_NOOP("actions", "&Step"),
            "F10",
            QT_TRANSLATE_NOOP("actions", "Go forward by a phase; past the last one, run the next"),
            "training.step",
        ),
        MenuCommand(
            "actionStepBack",
            QT_TRANSLATE_NOOP("actions", "Step &back"),
            "Shift+F10",
            QT_TRANSLATE_NOOP("actions", "Go back to the end of the previous phase"),
            "training.step_back",
        ),
        MenuCommand(
            "actionIteration",
            QT_TRANSLATE_NOOP("actions", "&Iteration"),
            "F11",
            QT_TRANSLATE_NOOP(
                "actions",
                "Go to the end of the iteration, then of the next one kept; past the last one, "
                "run another",
            ),
            "training.iterate",
        ),
        MenuCommand(
            "actionTrain",
            QT_TRANSLATE_NOOP("actions", "&Train"),
            "F5",
            QT_TRANSLATE_NOOP("actions", "Train until paused"),
            "training.toggle_training",
            checkable=True,
        ),
        MenuCommand(
            "actionReset",
            QT_TRANSLATE_NOOP("actions", "&Reset"),
            "Ctrl+R",
            QT_TRANSLATE_NOOP("actions", "Start again with a new network and the same settings"),
            "training.reset",
            built_in=True,
        ),
        MenuCommand(
            "actionStartAgain",
            QT_TRANSLATE_NOOP("actions", "Start torc&h again"),
            "",
            QT_TRANSLATE_NOOP(
                "actions",
                "Start the process that runs torch again, and continue the "
                "run from its last autosave",
            ),
            "restarts.start_again",
            built_in=True,
        ),
        MenuCommand(
            "actionBackwardTwice",
            QT_TRANSLATE_NOOP("actions", "Backward t&wice"),
            "Ctrl+2",
            QT_TRANSLATE_NOOP(
                "actions",
                "Call backward a second time, to see torch's error: the graph has been freed",
            ),
            "training.backward_twice",
            separated=True,
            built_in=True,
        ),
        MenuCommand(
            "actionBackwardRetained",
            QT_TRANSLATE_NOOP("actions", "Backward twice, &graph retained"),
            "Ctrl+Shift+2",
            QT_TRANSLATE_NOOP(
                "actions",
                "Call backward twice with retain_graph=True, to see the gradients accumulate",
            ),
            "training.backward_twice_retained",
            built_in=True,
        ),
        MenuCommand(
            "actionAccumulate",
            QT_TRANSLATE_NOOP("actions", "Gradients acc&umulate"),
            "Ctrl+G",
            QT_TRANSLATE_NOOP(
                "actions", "Leave zero_grad out, so that each backward adds to every .grad"
            ),
            "presets.toggle_accumulating",
            button_text="Σ grad",
            checkable=True,
            separated=True,
            built_in=True,
        ),
        MenuCommand(
            "actionOutputGradient",
            QT_TRANSLATE_NOOP("actions", "out.backward(r&andom)"),
            "Ctrl+Shift+G",
            QT_TRANSLATE_NOOP(
                "actions", "Backward from the output with a random gradient, without a loss"
            ),
            "presets.toggle_output_gradient",
            checkable=True,
            built_in=True,
        ),
        MenuCommand(
            "actionUnbatched",
            QT_TRANSLATE_NOOP("actions", "Input without batch di&mension"),
            "Ctrl+Shift+X",
            QT_TRANSLATE_NOOP(
                "actions",
                "Give the network one input of shape 1×32×32, to see what torch says about it",
            ),
            "presets.toggle_unbatched",
            button_text="1×32×32",
            checkable=True,
            built_in=True,
        ),
        MenuCommand(
            "actionUnsqueeze",
            QT_TRANSLATE_NOOP("actions", "Fix it b&y unsqueeze(0)"),
            "Ctrl+Shift+U",
            QT_TRANSLATE_NOOP(
                "actions", "Give the network that input as a batch of one: x.unsqueeze(0)"
            ),
            "presets.toggle_unsqueezing",
            button_text="unsqueeze(0)",
            checkable=True,
            built_in=True,
        ),
        MenuCommand(
            "actionOptions",
            QT_TRANSLATE_NOOP("actions", "Training &options…"),
            "Ctrl+,",
            QT_TRANSLATE_NOOP(
                "actions", "Options of the optimizer and the schedule, and what zero_grad does"
            ),
            "training.show_options",
            separated=True,
            built_in=True,
        ),
        MenuCommand(
            "actionEditNetwork",
            QT_TRANSLATE_NOOP("actions", "&Edit the network"),
            "Ctrl+Shift+E",
            QT_TRANSLATE_NOOP("actions", "Edit the network's class in the program panel"),
            "networks.edit",
            separated=True,
            built_in=True,
        ),
        MenuCommand(
            "actionRunNetwork",
            QT_TRANSLATE_NOOP("actions", "Run the e&dited network"),
            "Ctrl+Return",
            QT_TRANSLATE_NOOP(
                "actions", "Begin a run of the edited network with the same settings"
            ),
            "networks.run",
            built_in=True,
        ),
        MenuCommand(
            "actionRevertNetwork",
            QT_TRANSLATE_NOOP("actions", "Run the tutoria&l's network"),
            "",
            QT_TRANSLATE_NOOP("actions", "Begin a run of the tutorial's network again"),
            "networks.revert",
            built_in=True,
        ),
        MenuCommand(
            "actionCopyScript",
            QT_TRANSLATE_NOOP("actions", "&Copy as script"),
            "Ctrl+Shift+C",
            QT_TRANSLATE_NOOP(
                "actions", "Copy the run so far as a Python script that needs torch alone"
            ),
            "scripts.copy",
            separated=True,
            built_in=True,
        ),
    ),
)
