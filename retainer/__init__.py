"""The roof: configuration and the faces."""
