"""A seeded random driver of the real window: ``python -m tests.monkey --seed 1``."""
