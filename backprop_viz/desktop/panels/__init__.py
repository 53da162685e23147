"""The panels of the window, a folder each. They know Qt and the records, not torch.

Every panel has ``show_view_state(view_state)`` and, where it paints by itself,
``set_theme(theme)``; it tells what the user wants by signals and holds neither a session nor a
tensor.
"""

from backprop_viz.desktop import qt_guard

qt_guard.install()
