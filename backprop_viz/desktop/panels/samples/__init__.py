"""The samples one by one: a grid of them, a confusion matrix, and what is known of one."""
