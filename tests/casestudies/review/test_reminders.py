"""Deadlines of reviewers and editors."""

from datetime import timedelta

import pytest
from django.utils import timezone

from casestudies.models import ReviewAssignment
from casestudies.review import reminders, reviewing
from tests import factories
from tests.casestudies.review.steps import invite, read

pytestmark = pytest.mark.django_db


def test_reminders_are_sent_once_each_and_the_editor_hears_of_a_week(asked, moderator, deliver):
    assignment = invite(asked, moderator)
    today = timezone.localdate()
    deliver()

    def letters(on):
        reminders.remind(on)
        reminders.remind(on)
        return [mail.to[0] for mail in deliver()]

    assert letters(today + timedelta(days=4)) == []
    assert letters(today + timedelta(days=5)) == [assignment.user.email]
    assert letters(today + timedelta(days=6)) == []
    read(assignment)
    deliver()
    due = assignment.due_on
    assert letters(due - timedelta(days=4)) == []
    assert letters(due - timedelta(days=3)) == [assignment.user.email]
    assert letters(due) == []
    assert letters(due + timedelta(days=1)) == [assignment.user.email]
    assert letters(due + timedelta(days=7)) == [assignment.user.email, moderator.email]
    assert letters(due + timedelta(days=30)) == []


def test_an_invitation_that_nobody_answers_lapses(asked, moderator, deliver):
    assignment = invite(asked, moderator)
    ReviewAssignment.objects.update(invited_at=timezone.now() - timedelta(days=15))
    deliver()
    reviewing.end_what_lapsed(timezone.localdate())
    assignment.refresh_from_db()
    assert assignment.status == "lapsed"
    assert [mail.to[0] for mail in deliver()] == [assignment.user.email, moderator.email]


def test_the_editors_are_reminded_once_of_a_check_that_is_nearly_due(agency, member, moderator, deliver):
    factories.submitted(agency, member)
    deliver()
    on = timezone.localdate() + timedelta(days=5)
    reminders.remind(on)
    reminders.remind(on)
    assert [mail.to for mail in deliver()] == [[moderator.email]]
