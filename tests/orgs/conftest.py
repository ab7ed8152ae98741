"""What the tests of this app begin with."""

import pytest
from django.utils import translation
from django_tasks_db.models import DBTaskResult

from orgs.models import Agency, Partnership, User
from tests import factories


@pytest.fixture(autouse=True)
def in_chinese():
    """A page asked for in English leaves its language behind; every test begins in Chinese."""
    with translation.override("zh-hans"):
        yield


@pytest.fixture
def committed(django_db_setup, django_db_blocker):
    """Two agencies with an owner each outside any transaction, so that other connections see them. Gone afterwards."""
    with django_db_blocker.unblock():
        before = set(Agency.objects.values_list("pk", flat=True))
        agencies = [factories.agency(legal_name=name) for name in ("甲", "戊")]
        people = [factories.member_of(agency, role="owner") for agency in agencies]
        yield list(zip(agencies, people, strict=True))
        Partnership.objects.all().delete()
        Agency.objects.exclude(pk__in=before).delete()  # first: the last owner of an agency is not deleted
        User.objects.filter(pk__in=[person.pk for person in people]).delete()
        DBTaskResult.objects.all().delete()


@pytest.fixture
def ask(client):
    """GET an address of the API and return the answer's JSON."""

    def run(path="", status=200, **parameters):
        answer = client.get(f"/hsds/v3/{path}", parameters)
        assert answer.status_code == status, answer.content.decode()[:300]
        assert answer["Content-Type"] == "application/json"
        return answer.json()

    return run
