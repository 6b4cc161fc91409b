"""The clocks that run on what was promised: their events, what the engine says of them, and what follows."""
