"""A wild user: a seeded driver of the real window. ``python -m tests.wild --seed 1`` runs it."""
