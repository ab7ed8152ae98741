"""Pressing the same button twice at the same moment, and two workers on the same morning."""

from datetime import date, datetime, timedelta
from threading import Barrier

import pytest
from django.http import QueryDict
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from casestudies.keeping import saved_search
from casestudies.keeping.reading_list import keep
from casestudies.models import AnnouncedCase, ListEntry, ReadingList
from orgs.models import Agency, User
from tests import factories
from tests.at_once import at_once

MONDAY = date(2026, 11, 30)
SUNDAY = datetime(2026, 11, 29, 12, tzinfo=timezone.get_default_timezone())


@pytest.fixture
def committed(django_db_setup, django_db_blocker):
    """A reader and a case that every connection sees. Taken away at the end."""
    with django_db_blocker.unblock():
        reader, case = factories.user(), factories.case(kind="group")
        yield reader, case
        agency = case.agency_id
        User.objects.filter(pk=reader.pk).delete()
        case.delete()
        Agency.objects.filter(pk=agency).delete()
        DBTaskResult.objects.all().delete()


def test_pressing_twice_at_once_keeps_once_in_one_new_list(committed):
    reader, case = committed
    found = at_once([lambda: keep(case, by=User.objects.get(pk=reader.pk)) for _ in range(4)])
    assert sorted(is_new for _entry, is_new in found) == [False, False, False, True]
    assert (reader.reading_lists.count(), ListEntry.objects.filter(case=case).count()) == (1, 1)


def test_looking_first_and_writing_then_makes_two_lists(committed):
    """The control: without holding the person both see no list, so the test above does show something."""
    reader, _case = committed
    everybody_looked = Barrier(2)

    def look_then_write():
        has_none = not ReadingList.objects.filter(owner=reader).exists()
        everybody_looked.wait()
        if has_none:
            ReadingList.objects.create(owner=reader, title="待读")

    at_once([look_then_write, look_then_write])
    assert reader.reading_lists.count() == 2


def test_two_workers_at_once_write_one_mail(committed):
    reader, case = committed
    saved_search.save(reader, QueryDict("kind=group"), name="小组", delivery="daily", at=SUNDAY)
    type(case).objects.filter(pk=case.pk).update(first_published_at=SUNDAY + timedelta(hours=1))
    lines = at_once([lambda: saved_search.announce(MONDAY) for _ in range(3)])
    assert sorted(map(len, lines)) == [0, 0, 1]
    assert AnnouncedCase.objects.filter(user=reader).count() == 1
    assert DBTaskResult.objects.filter(task_path="portal.mail.deliver").count() == 1
