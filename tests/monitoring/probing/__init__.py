"""Reading values out of answers."""
