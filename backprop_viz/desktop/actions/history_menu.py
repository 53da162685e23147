"""The History menu: moving the cursor, comparing, and breakpoints."""

from backprop_viz.desktop.actions.menu_command import Menu, MenuCommand
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP

HISTORY_MENU = Menu(
    QT_TRANSLATE_NOOP("actions", "H&istory"),
    (
        MenuCommand(
            "actionFirst",
            QT_TRANSLATE_NOOP("actions", "Go to &start"),
            "Ctrl+Home",
            QT_TRANSLATE_NOOP("actions", "Show the start of the iteration"),
            "navigation.to_start",
        ),
        MenuCommand(
            "actionEventBack",
            QT_TRANSLATE_NOOP("actions", "&Previous event"),
            "Shift+F8",
            QT_TRANSLATE_NOOP("actions", "Go back by one event"),
            "navigation.event_back",
        ),
        MenuCommand(
            "actionPlay",
            QT_TRANSLATE_NOOP("actions", "P&lay"),
            "F6",
            QT_TRANSLATE_NOOP("actions", "Move the cursor forward by itself, or stop it"),
            "navigation.toggle_playing",
        ),
        MenuCommand(
            "actionEvent",
            QT_TRANSLATE_NOOP("actions", "&Next event"),
            "F8",
            QT_TRANSLATE_NOOP(
                "actions", "Go forward by one event; past the last one, run the next phase"
            ),
            "navigation.event_forward",
        ),
        MenuCommand(
            "actionLast",
            QT_TRANSLATE_NOOP("actions", "Go to &end"),
            "Ctrl+End",
            QT_TRANSLATE_NOOP("actions", "Show the end of what was recorded of the iteration"),
            "navigation.to_end",
        ),
        MenuCommand(
            "actionIterationBack",
            QT_TRANSLATE_NOOP("actions", "Previous &iteration"),
            "Shift+F11",
            QT_TRANSLATE_NOOP(
                "actions", "Go back to the start of the iteration, then to the previous one"
            ),
            "navigation.iteration_back",
            separated=True,
        ),
        MenuCommand(
            "actionContinue",
            QT_TRANSLATE_NOOP("actions", "&Continue from here"),
            "Ctrl+Shift+F5",
            QT_TRANSLATE_NOOP("actions", "Continue the run from the end of the iteration shown"),
            "navigation.continue_from_here",
            built_in=True,
        ),
        MenuCommand(
            "actionComparePrevious",
            QT_TRANSLATE_NOOP("actions", "Compare &with the iteration before"),
            "Ctrl+K",
            QT_TRANSLATE_NOOP(
                "actions", "Show beside every number what it was in the iteration before"
            ),
            "viewing.compare_previous",
            checkable=True,
            separated=True,
        ),
        MenuCommand(
            "actionCompareExperiment",
            QT_TRANSLATE_NOOP("actions", "Compare with before the e&xperiment"),
            "Ctrl+Shift+K",
            QT_TRANSLATE_NOOP(
                "actions", "Show beside every number what it was before the gradient was changed"
            ),
            "viewing.compare_experiment",
            checkable=True,
            built_in=True,
        ),
        MenuCommand(
            "actionCompareIteration",
            QT_TRANSLATE_NOOP("actions", "Comp&are with iteration…"),
            "Ctrl+Alt+K",
            QT_TRANSLATE_NOOP(
                "actions", "Show beside every number what it was in an iteration that is kept"
            ),
            "viewing.ask_for_iteration",
        ),
        MenuCommand(
            "actionStopComparing",
            QT_TRANSLATE_NOOP("actions", "St&op comparing"),
            "",
            QT_TRANSLATE_NOOP("actions", "Show the numbers alone again"),
            "viewing.stop_comparing",
        ),
        MenuCommand(
            "actionToggleBreakpoint",
            QT_TRANSLATE_NOOP("actions", "&Toggle breakpoint"),
            "F9",
            QT_TRANSLATE_NOOP(
                "actions", "Set or remove a breakpoint at the current line of the program"
            ),
            "navigation.toggle_line",
            separated=True,
        ),
        MenuCommand(
            "actionBreakpoints",
            QT_TRANSLATE_NOOP("actions", "&Breakpoints…"),
            "Ctrl+B",
            QT_TRANSLATE_NOOP("actions", "Places and conditions at which training stops"),
            "navigation.show_breakpoints",
        ),
        MenuCommand(
            "actionBudget",
            QT_TRANSLATE_NOOP("actions", "History &memory…"),
            "",
            QT_TRANSLATE_NOOP("actions", "How much memory past iterations may use"),
            "navigation.ask_for_budget",
            separated=True,
        ),
    ),
)
