"""Whether anything was written: what the database holds, as one number that a test can compare."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

from django.apps import apps
from django.db import connection
from django_tasks_db.models import DBTaskResult
from wagtail.models import Page

from orgs.models import Division
from portal.models import Topic

OURS = ("portal", "orgs", "events", "casestudies")
#: Large tables that people's requests do not write.
UNTOUCHED = (Topic, Division, Page)
#: How every request of somebody signed in notes that the session goes on; no session is in the fingerprint.
SESSION_GOES_ON = 'UPDATE "django_session" '
#: What a statement begins with that writes nothing of ours.
HARMLESS = ("SELECT", "SAVEPOINT", "RELEASE", "ROLLBACK", SESSION_GOES_ON)


def fingerprint() -> str:
    """A sum over every row of ours and every job in the outbox: another one as soon as anything was written."""
    total = hashlib.sha256()
    models = [
        model for app in OURS for model in apps.get_app_config(app).get_models(include_auto_created=True)
    ]
    for model in models:
        if not issubclass(model, UNTOUCHED):
            total.update(repr(list(model.objects.order_by("pk").values_list())).encode())
    total.update(str(DBTaskResult.objects.count()).encode())
    return total.hexdigest()


@contextmanager
def statements_that_write() -> Iterator[list[str]]:
    """Every statement of the block that may change the fingerprint. None at all is quicker to know than a fingerprint."""
    written: list[str] = []

    def note(execute, sql, params, many, context):
        if not str(sql).lstrip("( ").startswith(HARMLESS):
            written.append(str(sql))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield written
