"""The switch in the network's header: activations, weights or gradients."""

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QToolButton, QWidget

from backprop_viz.desktop.panels.network.feature_maps import MODES, Mode


def mode_switch(mode: Mode) -> tuple[QWidget, QButtonGroup]:
    """The buttons with one of them chosen, and their group, by the place in ``MODES``."""
    translate = QCoreApplication.translate
    switch = QWidget()
    group = QButtonGroup(switch)
    group.setExclusive(True)
    box = QHBoxLayout(switch)
    box.setContentsMargins(0, 0, 0, 0)
    box.setSpacing(2)
    texts = (
        (
            translate("NetworkView", "activations"),
            translate("NetworkView", "What each layer computed from the sample"),
        ),
        (
            translate("NetworkView", "weights"),
            translate("NetworkView", "The parameters of each layer at the cursor"),
        ),
        (
            translate("NetworkView", "gradients"),
            translate("NetworkView", "The gradient of the loss for each layer's output"),
        ),
    )
    for i, (each, (text, tip)) in enumerate(zip(MODES, texts, strict=True)):
        button = QToolButton()
        button.setObjectName(f"{each}Segment")
        button.setProperty("role", "segment")
        button.setText(text)
        button.setToolTip(tip)
        button.setAccessibleName(text)
        button.setCheckable(True)
        button.setChecked(each == mode)
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        group.addButton(button, i)
        box.addWidget(button)
    return switch, group
