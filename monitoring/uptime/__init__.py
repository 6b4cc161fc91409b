"""How much of a month and of a day a system was up, of what was promised."""
