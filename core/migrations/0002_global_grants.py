"""Grants on the tables that belong to no agency and to other packages: sessions, sign-in, content types."""

from django.db import migrations

from core.tenancy.operations import GrantGlobal


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0001_initial"),
        ("account", "0009_emailaddress_unique_primary_email"),
        ("mfa", "0003_authenticator_type_uniq"),
        ("usersessions", "0001_initial"),
        ("sessions", "0001_initial"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        GrantGlobal(
            [
                "django_session",
                "account_emailaddress",
                "account_emailconfirmation",
                "mfa_authenticator",
                "usersessions_usersession",
            ]
        ),
        GrantGlobal(["django_migrations", "django_content_type", "auth_permission"], app="SELECT"),
    ]
