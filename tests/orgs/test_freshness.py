"""Freshness: the day of each section, the states, who is written to and how often, and what old entries no longer do."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from orgs import freshness, profile
from orgs.freshness import State
from orgs.membership import take_in
from orgs.models import Agency, Membership, Section
from portal import daily
from tests import factories

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)


def days_ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def confirmed(confirmed_days_ago: int | None, **fields) -> Agency:
    return factories.agency(
        **{
            "confirmed_on": None if confirmed_days_ago is None else days_ago(confirmed_days_ago),
            **fields,
        }
    )


BORDERS = [
    (-1, State.FRESH),
    (0, State.FRESH),
    (165, State.FRESH),
    (166, State.DUE),
    (210, State.DUE),
    (211, State.OVERDUE),
    (240, State.OVERDUE),
    (241, State.DELINQUENT),
    (360, State.DELINQUENT),
    (361, State.DORMANT),
    (20_000, State.DORMANT),
]


@pytest.mark.parametrize(("age", "state"), BORDERS)
def test_the_day_decides_the_state(age, state):
    assert freshness.state_of(days_ago(age), TODAY) == state


def test_what_nobody_confirmed_has_no_age():
    assert freshness.state_of(None, TODAY) == State.UNCONFIRMED


def test_the_database_and_the_rule_agree_on_every_border():
    agencies = {confirmed(age): state for age, state in BORDERS} | {confirmed(None): State.UNCONFIRMED}
    for state in State:
        expected = {agency.pk for agency, of in agencies.items() if of == state}
        assert set(Agency.objects.in_state(state, on=TODAY).values_list("pk", flat=True)) == expected
    counting = set(Agency.objects.counting_as_coverage(on=TODAY).values_list("pk", flat=True))
    assert counting == {
        agency.pk for agency, of in agencies.items() if of not in (State.DELINQUENT, State.DORMANT)
    }
    awake = set(Agency.objects.not_dormant(on=TODAY).values_list("pk", flat=True))
    assert awake == {agency.pk for agency, of in agencies.items() if of != State.DORMANT}


def test_the_agencys_day_is_the_oldest_of_its_sections(agency, manager):
    for section, days in ((Section.ABOUT, 30), (Section.CONTACT, 20), (Section.SERVICES, 10)):
        agency = freshness.confirm(agency, by=manager, sections=[section], on=days_ago(days))
        assert agency.confirmed_on is None, "three of four sections are not everything"
    agency = freshness.confirm(agency, by=manager, sections=[Section.PEOPLE], on=TODAY)
    assert agency.confirmed_on == days_ago(30)
    agency = freshness.confirm(agency, by=manager, sections=[Section.ABOUT], on=TODAY)
    assert agency.confirmed_on == days_ago(20)
    agency = freshness.confirm(agency, by=manager, on=TODAY)
    assert agency.confirmed_on == TODAY
    assert [
        (part.section, part.confirmed_on, part.confirmed_by) for part in freshness.sections_of(agency)
    ] == [(section, TODAY, manager) for section in Section]


def test_a_day_said_of_the_whole_entry_holds_for_the_sections_that_are_not_confirmed_anew(manager, agency):
    Agency.objects.filter(pk=agency.pk).update(confirmed_on=days_ago(200))
    confirmed = freshness.confirm(agency, by=manager, sections=[Section.SERVICES], on=TODAY)
    assert confirmed.confirmed_on == days_ago(200)
    assert {part.section: part.confirmed_on for part in freshness.sections_of(confirmed, TODAY)} == {
        Section.ABOUT: days_ago(200),
        Section.CONTACT: days_ago(200),
        Section.SERVICES: TODAY,
        Section.PEOPLE: days_ago(200),
    }


def test_changing_confirms_nothing(agency, manager):
    Agency.objects.filter(pk=agency.pk).update(confirmed_on=days_ago(200))
    agency.refresh_from_db()
    agency.short_name = "新简称"
    profile.change(agency, by=manager, texts={}, funding=[])
    profile.save_service(agency.services.model(agency=agency, name_zh="热线"), by=manager, terms={})
    assert Agency.objects.get(pk=agency.pk).confirmed_on == days_ago(200)
    assert agency.confirmations.count() == 0


def test_only_who_may_edit_confirms(agency, member, stranger):
    for person in (member, stranger):
        with pytest.raises(profile.ProfileError):
            freshness.confirm(agency, by=person)
    assert agency.confirmations.count() == 0


def test_mail_leads_to_a_page_where_looking_changes_nothing(client, agency, deliver):
    owner = factories.member_of(agency, role="owner")
    Agency.objects.filter(pk=agency.pk).update(confirmed_on=days_ago(170))
    freshness.remind(TODAY)
    (mail,) = deliver()
    address = reverse("agency_freshness", args=[agency.slug])
    assert address in mail.body
    client.force_login(owner)
    client.get(address)
    assert Agency.objects.get(pk=agency.pk).confirmed_on == days_ago(170)
    assert agency.confirmations.count() == 0
    client.post(reverse("confirm_agency", args=[agency.slug]))
    assert Agency.objects.get(pk=agency.pk).confirmed_on == timezone.localdate()


def test_one_section_is_confirmed_by_its_own_button(client, agency, manager):
    client.force_login(manager)
    address = reverse("confirm_agency", args=[agency.slug])
    assert client.post(address, {"section": "contact"}).url == reverse("agency_freshness", args=[agency.slug])
    assert [(row.section, row.confirmed_by) for row in agency.confirmations.all()] == [("contact", manager)]
    assert client.post(address, {"section": "nothing"}).status_code == 404
    assert client.post(address, {"section": "\x00"}).status_code == 404
    assert agency.confirmations.count() == 1


def test_after_a_change_one_is_asked_about_that_section(client, agency, manager):
    client.force_login(manager)
    answer = client.post(
        reverse("create_location", args=[agency.slug]), {"name_zh": "服务点", "shown_to": "public"}
    )
    assert answer.url == reverse("agency_freshness", args=[agency.slug]) + "#contact"
    assert agency.confirmations.count() == 0


def test_a_person_gets_one_mail_about_all_their_agencies(deliver):
    person = factories.user(language="en")
    agencies = [confirmed(age, legal_name=f"第{age}中心", name_en="") for age in (300, 220, 170, 10)]
    for agency in agencies:
        take_in(agency, user=person, role="owner")
    freshness.remind(TODAY)
    (mail,) = deliver()
    assert mail.to == [person.email]
    assert [agency.legal_name in mail.body for agency in agencies] == [True, True, True, False]
    assert [reverse("agency_freshness", args=[agency.slug]) in mail.body for agency in agencies] == [
        True,
        True,
        True,
        False,
    ]


def test_members_strangers_suspended_people_and_dead_accounts_are_not_written_to(deliver):
    agency = confirmed(220)
    owner = factories.member_of(agency, role="owner")
    factories.member_of(agency)
    factories.member_of(factories.agency(), role="owner")
    factories.member_of(agency, role="manager", is_active=False)
    suspended = factories.member_of(agency, role="manager")
    Membership.objects.filter(user=suspended).update(status=Membership.Status.SUSPENDED)
    freshness.remind(TODAY)
    assert [mail.to for mail in deliver()] == [[owner.email]]


@pytest.mark.parametrize(
    "fields",
    [{"status": "draft"}, {"status": "withdrawn"}, {"claimed_at": None}, {"confirmed_on": None}],
)
def test_only_listed_and_claimed_agencies_that_were_confirmed_once_are_reminded(deliver, fields):
    agency = confirmed(220)
    factories.member_of(agency, role="owner")
    Agency.objects.filter(pk=agency.pk).update(**fields)
    freshness.remind(TODAY)
    assert deliver() == []


def test_an_agency_is_reminded_once_in_each_state_and_a_week_lies_between_two_mails(deliver):
    owner = factories.member_of(confirmed(166), role="owner")
    days = []
    for day in range(0, 250):
        freshness.remind(TODAY + timedelta(days=day))
        freshness.remind(TODAY + timedelta(days=day))  # a timer that rings twice
        days += [166 + day for mail in deliver() if mail.to == [owner.email]]
    assert days == [166, 211, 241]


def test_a_second_agency_waits_for_the_week_to_pass(deliver):
    owner = factories.member_of(confirmed(166, legal_name="先到期"), role="owner")
    second = confirmed(163, legal_name="后到期")
    take_in(second, user=owner, role="owner")
    mails = {}
    for day in range(10):
        freshness.remind(TODAY + timedelta(days=day))
        if sent := deliver():
            mails[day] = [name in sent[0].body for name in ("先到期", "后到期")]
    assert mails == {0: [True, False], 7: [False, True]}


def test_after_a_confirmation_the_reminders_begin_anew(deliver):
    agency = confirmed(220)
    owner = factories.member_of(agency, role="owner")
    freshness.remind(TODAY)
    freshness.confirm(agency, by=owner, on=TODAY)
    freshness.remind(TODAY + timedelta(days=220))
    assert len(deliver()) == 2


def test_the_daily_work_reminds_and_says_what_was_done(deliver):
    owner = factories.member_of(confirmed(300), role="owner")
    assert len(freshness.remind(TODAY)) == 2
    assert len(freshness.remind(TODAY)) == 1, "the silent agency is still there, nobody is written to again"
    assert [mail.to for mail in deliver()] == [[owner.email]]
    other = factories.member_of(confirmed(220), role="owner")
    daily.run(TODAY)
    assert [mail.to for mail in deliver()] == [[other.email]]


def test_portal_staff_see_who_is_silent_for_long(client, moderator, stranger):
    today = timezone.localdate()
    silent = factories.agency(legal_name="久无音信中心", confirmed_on=today - timedelta(days=241))
    factories.member_of(silent, role="owner")
    factories.agency(legal_name="无人认领中心", confirmed_on=today - timedelta(days=241))
    client.force_login(moderator)
    assert list(client.get("/desk/").context["silent_agencies"]) == [silent]
    client.force_login(stranger)
    assert silent.legal_name not in client.get("/desk/").content.decode()


@pytest.mark.parametrize(
    ("age", "is_claimed", "words"),
    [
        (1, True, "The agency confirmed everything here"),
        (220, True, "more than seven months ago"),
        (250, True, "Parts of it may be wrong"),
        (400, True, "It may no longer be true"),
        (None, True, "have not confirmed all of this yet"),
        (None, False, "Nobody of the agency has confirmed it"),
    ],
)
def test_the_page_says_honestly_how_old_it_is(client, age, is_claimed, words):
    day = None if age is None else timezone.localdate() - timedelta(days=age)
    agency = factories.agency(confirmed_on=day)
    if is_claimed:
        factories.member_of(agency, role="owner")
    html = client.get(f"/en{agency.get_absolute_url()}").content.decode()
    assert words in html
    for section in Section:
        assert str(section.label) in html


def test_the_page_shows_the_day_of_each_section(client, agency, manager):
    freshness.confirm(agency, by=manager, sections=[Section.SERVICES], on=date(2026, 3, 14))
    freshness.confirm(agency, by=manager, sections=[Section.ABOUT], on=date(2026, 4, 15))
    html = client.get(agency.get_absolute_url()).content.decode()
    assert [day in html for day in ("2026-03-14", "2026-04-15")] == [True, True]
    assert manager.name not in html, "who confirmed is told to the agency's own people only"


def test_the_number_of_queries_of_the_page_does_not_grow(client, agency, manager):
    client.force_login(manager)
    address = reverse("agency_freshness", args=[agency.slug])

    def count():
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        return len(captured)

    def more():
        factories.service(agency).areas.set([factories.division()])
        agency.locations.create(name_zh="服务点")
        Membership.objects.create(user=factories.user(), agency=agency, is_shown=True)

    freshness.confirm(agency, by=manager)
    more()
    count()
    with_one = count()
    more()
    more()
    assert count() == with_one
