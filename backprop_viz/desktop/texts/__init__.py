"""Sentences for messages, findings and names, in the user's language."""
