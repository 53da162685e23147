"""The record format, FORMAT.md: its records as bytes, written and read."""
