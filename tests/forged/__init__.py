"""Sessions that are whole but wrong, made over the schema, each opened in a window.

``python -m tests.forged --count 500 --seed 1`` opens so many, and prints what became of them.
"""
