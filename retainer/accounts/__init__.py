"""People's accounts: what django-allauth asks about them, and what becomes known of their signing in."""
