"""The door for the production server."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
application = get_wsgi_application()

from django.db import connection  # noqa: E402  there are no settings before the line above

if connection.vendor == "postgresql":
    from django.conf import settings

    from portal import database_deadline

    database_deadline.seconds = settings.DATABASE_DEADLINE
