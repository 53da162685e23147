"""Single numbers: their names, where they are from, which others take part in them."""
