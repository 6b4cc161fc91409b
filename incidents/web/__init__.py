"""Pages of incidents. The workbench itself shows several apps and stands in the dashboard."""
