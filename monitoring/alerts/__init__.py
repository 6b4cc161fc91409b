"""What fired: told, joined to an incident, ended, and held against how things stand."""
