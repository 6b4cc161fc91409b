"""What several faces show: attainment, uptime and charts, each worked out in one place."""
