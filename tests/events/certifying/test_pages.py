"""The pages on which hosts issue certificates and people find their own."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from events.certifying import issuing
from events.hours import ledger
from events.models import CertificateRule, HoursEntry
from tests import factories
from tests.events.test_console import url
from tests.events.test_hours import attend, seat

pytestmark = pytest.mark.django_db


def test_the_host_grants_and_issues_on_one_page(client, event, manager, deliver):
    attend(seat(event, factories.user(name="欧阳红")), 180)
    client.force_login(manager)
    page = url("event_hours", event.host.slug, event.public_id)
    assert "Grant the hours" in client.get(page).content.decode()

    client.post(url("grant_hours", event.host.slug, event.public_id))
    assert "Issue 1 certificate" in client.get(page).content.decode()
    client.post(url("issue_certificates", event.host.slug, event.public_id))
    assert "They are being issued now." in client.get(page).content.decode()
    deliver()
    assert "1 of 1 certificates are issued" in client.get(page).content.decode()

    one = event.registrations.get()
    act = url("act_on_certificate", event.host.slug, event.public_id, one.public_id)
    client.post(act, {"action": "issue_anew", "name": "欧阳弘"})
    assert one.certificates.valid().get().name == "欧阳弘"
    client.post(act, {"action": "revoke", "reason": ""})
    assert one.certificates.valid().exists()
    client.post(act, {"action": "revoke", "reason": "冒名"})
    assert not one.certificates.valid().exists()
    client.post(act, {"action": "issue"})
    assert one.certificates.valid().get().version == 3
    correct = url("correct_hours", event.host.slug, event.public_id, one.public_id)
    client.post(correct, {"minutes": "-30", "reason": "提前离开"})
    assert HoursEntry.objects.all().minutes() == 150
    assert client.post(correct, {"minutes": "9" * 40, "reason": "x"}).status_code == 302
    assert HoursEntry.objects.all().minutes() == 150


def test_the_share_is_1_to_100_per_cent(client, event, manager):
    client.force_login(manager)
    address = url("set_certificate_share", event.host.slug, event.public_id)
    assert client.post(address, {"share": "60"}).status_code == 302
    answer = client.post(address, {"share": "101"})
    assert answer.status_code == 200
    assert 'value="101"' in answer.content.decode()
    assert CertificateRule.objects.get().share == 60


def test_the_hosts_page_costs_as_many_queries_for_one_person_as_for_five(client, event, mine, manager):
    client.force_login(manager)
    page = url("event_hours", event.host.slug, event.public_id)

    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert client.get(page).status_code == 200
        return len(captured)

    queries()
    one = queries()
    for _person in range(4):
        attend(seat(event), 180)
    ledger.grant(event, by=manager)
    assert queries() == one


def test_my_hours_shows_mine_and_nobody_elses(client, mine, certificate, manager):
    other = seat(factories.event(mine.event.host, starts_in=-timedelta(days=2), title="别人的培训"))
    attend(other, 60)
    ledger.grant(other.event, by=manager)
    client.force_login(mine.user)
    page = client.get(url("my_hours")).content.decode()
    assert "Case management" in page
    assert certificate.number in page
    assert "别人的培训" not in page
    table = client.post(url("my_hours_csv")).content.decode()
    assert ",180,3," in table
    assert "别人的培训" not in table


def test_my_hours_says_how_many_are_missing_and_keeps_what_was_typed(client, mine):
    client.force_login(mine.user)
    start = timezone.localdate() - timedelta(days=30)
    client.post(url("my_hours"), {"role": "assistant", "registered_on": str(start)})
    page = client.get(url("my_hours")).content.decode()
    assert "hours short by" in page
    assert "To be confirmed" in page
    assert "《社会工作者继续教育办法》" in page
    later = str(timezone.localdate() + timedelta(days=1))
    answer = client.post(url("my_hours"), {"role": "assistant", "registered_on": later})
    assert later in answer.content.decode()
    assert "This day is still to come" in answer.content.decode()
    for nasty in ({"role": "\x00"}, {"role": "assistant", "division": "9" * 30, "registered_on": "0000-99"}):
        assert client.post(url("my_hours"), nasty).status_code == 200


def test_my_hours_costs_as_many_queries_with_one_event_as_with_four(client, mine, manager):
    ledger.set_profession(
        mine.user, role="social_worker", division=None, registered_on=timezone.localdate() - timedelta(days=9)
    )
    factories.event(mine.event.host)
    client.force_login(mine.user)

    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url("my_hours")).status_code == 200
        return len(captured)

    queries()
    one = queries()
    for n in range(3):
        past = factories.event(factories.agency(), starts_in=-timedelta(days=3 + n))
        attend(seat(past, mine.user), 100)
        ledger.grant(past, by=factories.member_of(past.host, role="manager"))
        factories.event(factories.agency(), starts_in=timedelta(days=20 + n))
    assert queries() == one


def test_the_ticket_leads_to_the_certificate(client, mine, manager):
    client.force_login(mine.user)
    assert 'name="certificate_name"' in client.get(mine.event.get_absolute_url()).content.decode()
    certificate = issuing.issue(mine, by=manager)
    page = client.get(mine.event.get_absolute_url()).content.decode()
    assert str(certificate.public_id) in page
    assert 'name="certificate_name"' not in page
