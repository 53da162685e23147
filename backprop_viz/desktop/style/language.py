"""The language of the window's texts: English, and each one that has a catalogue."""

from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator
from PySide6.QtGui import QFontDatabase

import backprop_viz.desktop

# By this name lupdate finds the texts, whose first argument is their context.
translate = QCoreApplication.translate

SOURCE = "en"
SYSTEM = "system"
_OURS = "catalogue"
_IN_USE = "language in use"
_CATALOGUES = Path(backprop_viz.desktop.__file__).parent / "translations"
# What must be drawn of a language that no font has by itself.
_SCRIPTS = {"ko": QFontDatabase.WritingSystem.Korean}


def languages() -> tuple[str, ...]:
    """The codes of the languages that there are: "en", "ko"."""
    return (SOURCE, *sorted(path.stem for path in _CATALOGUES.glob("*.qm")))


def own_name(code: str) -> str:
    """What a language calls itself: "English", "한국어"."""
    return "English" if code == SOURCE else QLocale(code).nativeLanguageName()


def language_for(choice: str, wanted: Iterable[str] | None = None) -> str:
    """The language of a choice: a code, or "system" for the first the system wants and we have."""
    known = languages()
    if choice in known:
        return choice
    asked = QLocale.system().uiLanguages() if wanted is None else wanted
    codes = (name.replace("_", "-").partition("-")[0] for name in asked)
    return next((code for code in codes if code in known), SOURCE)


def use_language(code: str) -> None:
    """Show all texts that are made from now on in a language, Qt's own as well."""
    application = QCoreApplication.instance()
    assert application is not None
    application.setProperty(_IN_USE, code)
    for translator in application.findChildren(QTranslator, _OURS):
        application.removeTranslator(translator)
        translator.setParent(None)
        translator.deleteLater()
    theirs = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    for folder, name in ((theirs, f"qtbase_{code}"), (str(_CATALOGUES), code)):
        translator = QTranslator(application)
        translator.setObjectName(_OURS)
        if code != SOURCE and translator.load(name, folder):
            application.installTranslator(translator)


def language_in_use() -> str:
    """The code of the language that texts are shown in."""
    application = QCoreApplication.instance()
    return (application and application.property(_IN_USE)) or SOURCE


def locale_of_dates(system: QLocale | None = None) -> QLocale:
    """How dates are written: as the system does, or where it says nothing as the language does."""
    theirs = QLocale.system() if system is None else system
    says_nothing = theirs.language() is QLocale.Language.C
    return QLocale(language_in_use()) if says_nothing else theirs


def can_be_drawn(code: str) -> bool:
    """Whether a font of this system has the letters of a language."""
    script = _SCRIPTS.get(code)
    return script is None or script in QFontDatabase.writingSystems()
