"""Staff hide an adaptation in the same moment in which its agency changes it: it stays hidden, and no word is lost."""

import pytest
from django_tasks_db.models import DBTaskResult

from casestudies.exchange import adaptation as rules
from casestudies.models import Adaptation
from orgs.models import Agency, Membership, User
from tests import factories
from tests.at_once import at_once


@pytest.fixture
def committed(django_db_setup, django_db_blocker):
    """A published adaptation, its agency's lead and a member of staff, seen by every connection. Taken away at the end."""
    with django_db_blocker.unblock():
        kept = factories.adaptation(factories.case())
        lead, staff = factories.member_of(kept.agency, role="manager"), factories.moderator()
        yield kept, lead, staff
        original = kept.of
        Adaptation.objects.filter(of=original).delete()
        original.delete()
        Membership.objects.filter(user=lead).delete()
        User.objects.filter(pk__in=[lead.pk, staff.pk]).delete()
        Agency.objects.filter(pk__in=[original.agency_id, kept.agency_id]).delete()
        DBTaskResult.objects.all().delete()


def test_what_is_hidden_while_it_is_changed_stays_hidden_and_changed(committed):
    kept, lead, staff = committed
    before = Adaptation.objects.get(pk=kept.pk)  # as the agency's form read it
    at_once(
        [
            lambda: rules.hide(kept, by=staff, reason="含个人信息"),
            lambda: rules.change(before, by=lead, changes="新的"),
        ]
    )
    kept.refresh_from_db()
    assert (kept.status, kept.changes) == ("hidden", "新的")


def test_two_who_record_at_once_make_two_drafts(committed):
    kept, lead, _staff = committed
    told = {"context": "甲", "changes": "乙", "decided_by": "workers", "fidelity": "kept"}
    told |= {"result": "worked", "result_text": "丙"}
    at_once([lambda: rules.record(kept.of, agency=kept.agency, by=lead, **told) for _ in range(2)])
    assert kept.of.adaptations.filter(status="draft").count() == 2


def test_writing_what_was_read_before_shows_it_again(committed):
    """The control: without reading the row anew the old state is written back."""
    kept, _lead, staff = committed
    before = Adaptation.objects.get(pk=kept.pk)
    rules.hide(kept, by=staff, reason="含个人信息")
    before.changes = "新的"
    before.save()
    kept.refresh_from_db()
    assert kept.status == "public"
