"""Watches: each is notified when torch does one kind of thing."""
