"""The lesson panel: the page of a lesson, its question, and the list of all lessons."""
