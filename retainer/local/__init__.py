"""The first run: embedded servers, a supervisor, a sample AI system. Nothing here imports Django or a model."""
