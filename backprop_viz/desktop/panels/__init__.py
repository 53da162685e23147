"""What the window is made of. Knows Qt and the records, knows nothing of torch.

Every view has ``show_frame(frame)`` and, where it paints by itself, ``set_theme(theme)``; it
tells what the user wants by signals and holds neither a session nor a tensor.
"""

from backprop_viz.desktop import qt_guard

qt_guard.install()
