"""What the home page shows: every record app says so itself, in its `home.py`."""

from importlib import import_module

from django.conf import settings


def context(user) -> dict:
    """The sections of the home page as this person may see them."""
    sections: dict = {}
    for app in settings.RECORD_APPS:
        sections.update(import_module(f"{app}.home").context(user))
    return sections
