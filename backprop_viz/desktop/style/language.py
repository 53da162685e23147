"""The language of the window's texts."""

from PySide6.QtCore import QCoreApplication

# By this name lupdate finds the texts, whose first argument is their context.
translate = QCoreApplication.translate
