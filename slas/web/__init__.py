"""Pages of response times, of support hours, and of who is on call."""
