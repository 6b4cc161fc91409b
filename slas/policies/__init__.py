"""What is promised: policies with their versions and targets, and what is said of them in words."""
