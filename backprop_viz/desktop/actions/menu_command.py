"""What a menu is made of."""

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication


@dataclass(frozen=True, slots=True)
class MenuCommand:
    """An entry of a menu.

    ``id`` is the action's objectName. ``text`` marks its mnemonic with "&". ``call`` names a
    controller of the composer and its method: "training.step". ``button_text`` stands on the
    command's button where ``text`` is too long; it is code and not translated. A ``separated``
    command has a line above it. ``names`` stand for {0}, {1}, … in ``text`` and ``tip``.
    A ``built_in`` command is for runs that the program makes itself, not for somebody's script.
    """

    id: str
    text: str
    key: str
    tip: str
    call: str
    button_text: str = ""
    checkable: bool = False
    separated: bool = False
    names: tuple[str, ...] = ()
    built_in: bool = False


@dataclass(frozen=True, slots=True)
class Menu:
    """A menu: its submenus, then its commands, in the order in which they are shown.

    A submenu comes first, or ``after`` the command of this id.
    """

    title: str
    commands: tuple[MenuCommand, ...]
    submenus: tuple["Menu", ...] = ()
    built_in: bool = False
    after: str = ""

    def all_commands(self) -> tuple[MenuCommand, ...]:
        """The commands of the submenus and then its own."""
        return (*(c for menu in self.submenus for c in menu.all_commands()), *self.commands)


def translated(source: str) -> str:
    """A text of a menu in the user's language."""
    return QCoreApplication.translate("actions", source)
