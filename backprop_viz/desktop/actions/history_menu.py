"""The History menu: moving the cursor, and breakpoints."""

from backprop_viz.desktop.actions.menu_command import Menu, MenuCommand, tr_noop

HISTORY_MENU = Menu(
    tr_noop("H&istory"),
    (
        MenuCommand(
            "actionFirst",
            tr_noop("Go to &start"),
            "Ctrl+Home",
            tr_noop("Show the start of the iteration"),
            "navigation.to_start",
        ),
        MenuCommand(
            "actionEventBack",
            tr_noop("&Previous event"),
            "Shift+F8",
            tr_noop("Go back by one event"),
            "navigation.event_back",
        ),
        MenuCommand(
            "actionPlay",
            tr_noop("P&lay"),
            "F6",
            tr_noop("Move the cursor forward by itself, or stop it"),
            "navigation.toggle_playing",
        ),
        MenuCommand(
            "actionEvent",
            tr_noop("&Next event"),
            "F8",
            tr_noop("Go forward by one event; past the last one, run the next phase"),
            "navigation.event_forward",
        ),
        MenuCommand(
            "actionLast",
            tr_noop("Go to &end"),
            "Ctrl+End",
            tr_noop("Show the end of what was recorded of the iteration"),
            "navigation.to_end",
        ),
        MenuCommand(
            "actionIterationBack",
            tr_noop("Previous &iteration"),
            "Shift+F11",
            tr_noop("Go back to the start of the iteration, then to the previous one"),
            "navigation.iteration_back",
            separated=True,
        ),
        MenuCommand(
            "actionContinue",
            tr_noop("&Continue from here"),
            "Ctrl+Shift+F5",
            tr_noop("Continue the run from the end of the iteration shown"),
            "navigation.continue_from_here",
        ),
        MenuCommand(
            "actionToggleBreakpoint",
            tr_noop("&Toggle breakpoint"),
            "F9",
            tr_noop("Set or remove a breakpoint at the current line of the program"),
            "navigation.toggle_line",
            separated=True,
        ),
        MenuCommand(
            "actionBreakpoints",
            tr_noop("&Breakpoints…"),
            "Ctrl+B",
            tr_noop("Places and conditions at which training stops"),
            "navigation.show_breakpoints",
        ),
        MenuCommand(
            "actionBudget",
            tr_noop("History &memory…"),
            "",
            tr_noop("How much memory past iterations may use"),
            "navigation.ask_for_budget",
            separated=True,
        ),
    ),
)
