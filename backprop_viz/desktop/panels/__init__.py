"""The panels of the window, one folder each; they know Qt and the records, but no torch.

Every panel has ``show_view_state(view_state)`` and ``set_theme(theme)``. It reports what the user
does by signals, and holds neither a session nor a tensor. ``registry`` says how a folder adds a
panel to the window.
"""

from backprop_viz.desktop.system import qt_guard

qt_guard.install()
