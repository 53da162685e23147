"""Single numbers: their names, where they come from, which others take part in them."""
