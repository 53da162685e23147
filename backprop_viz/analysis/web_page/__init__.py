"""A recording as a web page that needs nothing but a browser."""
