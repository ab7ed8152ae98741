"""Workers that look at the same moment: each person gets one letter, on whichever database is set."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from events.mails import messages, reminders
from events.models import GroupMessage, Reminder, ThankYou
from events.registering.registration import register
from orgs.models import Agency, User
from tests import factories
from tests.at_once import at_once

PEOPLE = 3


@pytest.fixture
def committed(django_db_setup, django_db_blocker):
    """An event with people in it, outside any transaction. Takes away what it brought."""
    with django_db_blocker.unblock():
        host = factories.agency()
        manager = factories.member_of(host, role="manager")
        event = factories.event(host, starts_in=timedelta(hours=30))
        people = [factories.user() for _n in range(PEOPLE)]
        for person in people:
            register(event, user=person, by=person)
        DBTaskResult.objects.all().delete()
        yield event, manager
        event.registrations.all().delete()
        event.delete()
        host.memberships.all().delete()
        Agency.objects.filter(pk=host.pk).delete()
        User.objects.filter(pk__in=[manager.pk, *(person.pk for person in people)]).delete()
        DBTaskResult.objects.all().delete()


def queued(path):
    return DBTaskResult.objects.filter(task_path=f"events.mails.{path}").count()


def test_two_workers_remind_and_thank_each_person_once(committed):
    event, _manager = committed
    day_before = event.starts_at - timedelta(hours=23)
    assert sum(at_once([lambda: reminders.remind(day_before)] * 4)) == PEOPLE
    assert (Reminder.objects.count(), queued("reminders.send_reminder")) == (PEOPLE, PEOPLE)

    two_days_after = event.ends_at + timedelta(days=2)
    assert sum(at_once([lambda: reminders.thank(two_days_after)] * 4)) == PEOPLE
    assert (ThankYou.objects.count(), queued("reminders.send_thanks")) == (PEOPLE, PEOPLE)


def test_a_double_click_writes_one_message_to_each(committed):
    event, manager = committed
    key = uuid4()

    def press():
        return messages.write(
            event, by=manager, group="seated", subject="请带证件", text="……", form_key=key, at=timezone.now()
        )

    assert len({message.pk for message in at_once([press] * 4)}) == 1
    assert (GroupMessage.objects.count(), queued("messages.send_copy")) == (1, PEOPLE)
