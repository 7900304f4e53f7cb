"""Output formats. Writers take records or rows, and never query the database themselves."""
