"""Who enters a console, and what its desk says."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orgs import joining
from orgs.models import Agency, Membership
from tests import factories
from tests.orgs.console.typed import address

pytestmark = pytest.mark.django_db
CONSOLE = ["agency_desk", "edit_agency", "agency_members", "create_service"]


@pytest.mark.parametrize("name", CONSOLE)
def test_a_console_that_is_not_ones_own_is_not_there(client, agency, stranger, manager, name):
    assert client.get(address(name, agency)).status_code == 302
    client.force_login(stranger)
    answer = client.get(address(name, agency))
    assert answer.status_code == 404
    assert agency.legal_name not in answer.content.decode()
    client.force_login(manager)
    assert client.get(address(name, agency)).status_code == 200


def test_a_member_sees_the_console_but_does_not_change_the_information(client, agency, member):
    client.force_login(member)
    statuses = {name: client.get(address(name, agency)).status_code for name in CONSOLE}
    assert statuses == {"agency_desk": 200, "edit_agency": 404, "agency_members": 200, "create_service": 404}
    assert client.post(address("confirm_agency", agency)).status_code == 404


def test_a_removed_member_loses_every_right_at_the_next_request(client, agency, manager):
    client.force_login(manager)
    assert client.get(address("agency_desk", agency)).status_code == 200
    Membership.objects.filter(user=manager).update(status=Membership.Status.LEFT)
    assert [client.get(address(name, agency)).status_code for name in CONSOLE] == [404] * 4


def test_the_desk_names_every_agency_of_a_person_and_opens_those_where_there_is_work(client, agency):
    owner = factories.member_of(agency, role="owner")
    suspended, withdrawn, left = (factories.agency() for _n in range(3))
    for other, status in ((suspended, "suspended"), (withdrawn, "active"), (left, "left")):
        Membership.objects.create(agency=other, user=owner, status=status)
    Agency.objects.filter(pk=withdrawn.pk).update(status=Agency.Status.WITHDRAWN)
    client.force_login(owner)
    page = client.get("/desk/").content.decode()
    assert [each.legal_name in page for each in (agency, suspended, withdrawn, left)] == [
        True,
        True,
        True,
        False,
    ]
    assert address("agency_desk", agency) in page
    for closed in (suspended, withdrawn, left):
        assert address("agency_desk", closed) not in page


@pytest.mark.parametrize("path", ["/desk/", "members", "page"])
def test_the_number_of_queries_does_not_grow_with_what_is_shown(client, agency, manager, path):
    path = {"members": address("agency_members", agency), "page": agency.get_absolute_url()}.get(path, path)

    def more():
        joining.ask_to_join(agency, user=factories.user())
        factories.service(agency).areas.set([factories.division()])
        Membership.objects.create(user=factories.user(), agency=agency, is_shown=True)
        Membership.objects.create(user=manager, agency=factories.agency(), role="owner")

    def count():
        with CaptureQueriesContext(connection) as captured:
            assert client.get(path).status_code == 200
        return len(captured)

    client.force_login(manager)
    more()
    client.get(path)
    with_one = count()
    more()
    more()
    assert count() == with_one
