"""The log of registrations and the ledger of hours in the database: nothing that was written changes."""

import pytest
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from events.history_guard import guard
from events.models import HoursEntry, RegistrationLogEntry
from events.registering.registration import register
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def entry():
    person = factories.user()
    return register(factories.event(), user=person, by=person).log.get()


@pytest.fixture
def hours(entry):
    return HoursEntry.objects.create(
        registration=entry.registration,
        session=entry.registration.event.sessions.get(),
        minutes=60,
        role="social_worker",
        occurred_on=timezone.localdate(),
        by=entry.by,
        at=timezone.now(),
    )


@pytest.mark.parametrize(("row", "change"), [("entry", {"reason": "后来写的"}), ("hours", {"minutes": 600})])
def test_the_database_refuses_to_write_history_anew(request, row, change):
    row = request.getfixturevalue(row)
    rows = QuerySet(type(row)).filter(pk=row.pk)
    with pytest.raises(IntegrityError, match="does not change"), transaction.atomic():
        rows.update(**change)
    guard.remove()  # the control
    rows.update(**change)


def test_an_account_that_goes_leaves_its_acts_behind_and_takes_its_places_along(entry, hours):
    host = factories.user()
    later = RegistrationLogEntry.objects.create(
        registration=entry.registration, status="cancelled", by=host, at=timezone.now()
    )
    host.delete()
    later.refresh_from_db()
    assert later.by is None
