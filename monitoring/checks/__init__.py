"""What is watched and against which limits: set up, tried out and shown."""
