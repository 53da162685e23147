"""Another window, which is to look like this one."""

from backprop_viz.desktop.controllers.context import Context
from backprop_viz.desktop.style.language import language_in_use

_SHADES = {"actionThemeLight": "--light", "actionThemeDark": "--dark"}


def look_options(context: Context) -> tuple[str, ...]:
    """The options of a command whose window has the colours and the language of this one."""
    shade = (_SHADES[name] for name in _SHADES if context.actions[name].isChecked())
    return *shade, "--language", language_in_use()
