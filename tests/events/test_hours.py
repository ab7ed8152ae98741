"""Hours of continuing education: rules as data, and a ledger that only grows."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.models.query import QuerySet
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.translation import override

from events.hours import account, ledger
from events.hours import rules as hours_rules
from events.models import (
    Attendance,
    Event,
    EventSession,
    HoursEntry,
    HoursRole,
    HoursRule,
    Registration,
)
from events.models.event import refresh_span
from events.nominating.by_hand import put_down_by_host
from events.nominating.guests import Nominee
from events.registering.registration import register
from orgs import merging
from orgs.models import User
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def event(agency):
    """A training of three hours that was yesterday."""
    return factories.event(agency, starts_in=-timedelta(days=1))


def seat(event, user=None, *, agency=None, **fields) -> Registration:
    user = user or factories.user(**fields)
    before = event.starts_at - timedelta(days=1)
    return register(event, user=user, by=user, agency=agency, at=before)


def attend(registration, minutes, session=None) -> Attendance:
    session = session or registration.event.sessions.first()
    return Attendance.objects.create(
        registration=registration,
        session=session,
        starts_at=session.starts_at,
        ends_at=session.starts_at + timedelta(minutes=minutes),
        source=Attendance.Source.LIST,
    )


# -- The ledger -------------------------------------------------------------------------------------------------------


def test_attended_minutes_become_hours_once_however_often_they_are_granted(event, manager):
    mine = seat(event)
    attend(mine, 150)

    first = ledger.grant(event, by=manager)
    second = ledger.grant(event, by=manager)

    assert [(entry.minutes, entry.is_correction) for entry in first] == [(150, False)]
    assert second == []
    assert HoursEntry.objects.of(mine.user).minutes() == 150


def test_a_corrected_attendance_writes_the_difference(event, manager):
    mine = seat(event)
    attendance = attend(mine, 150)
    ledger.grant(event, by=manager)
    Attendance.objects.filter(pk=attendance.pk).update(ends_at=attendance.starts_at + timedelta(minutes=60))

    (entry,) = ledger.grant(event, by=manager)

    assert (entry.minutes, entry.is_correction) == (-90, True)
    assert HoursEntry.objects.of(mine.user).minutes() == 60
    with override("en"):
        assert entry.why == "The attendance was corrected."


def test_who_loses_the_seat_after_the_event_loses_the_hours_too(event, manager):
    mine = seat(event)
    attend(mine, 150)
    ledger.grant(event, by=manager)
    Registration.objects.filter(pk=mine.pk).update(status=Registration.Status.CANCELLED)

    assert [entry.minutes for entry in ledger.grant(event, by=manager)] == [-150]


def test_hours_are_granted_after_the_event_and_by_its_host_only(event, manager, stranger):
    with pytest.raises(ledger.NotYours):
        ledger.grant(event, by=stranger)
    coming = factories.event(event.host)
    with pytest.raises(ledger.NotOverYet):
        ledger.grant(coming, by=manager)
    Event.objects.filter(pk=event.pk).update(status=Event.Status.CANCELLED)
    with pytest.raises(ledger.EventCancelled):
        ledger.grant(event, by=manager)
    assert not HoursEntry.objects.exists()


def test_each_session_counts_by_itself_and_an_all_day_one_as_eight_hours(event, manager):
    day = EventSession.objects.create(
        event=event,
        starts_at=event.starts_at - timedelta(days=2),
        ends_at=event.starts_at - timedelta(days=1),
        is_all_day=True,
    )
    EventSession.objects.filter(pk=day.pk).update(
        starts_at=timezone.localtime(day.starts_at).replace(hour=0, minute=0, second=0, microsecond=0),
        ends_at=timezone.localtime(day.starts_at).replace(hour=23, minute=59, second=0, microsecond=0),
    )
    refresh_span(event)
    day.refresh_from_db()
    mine = seat(event)
    attend(mine, 180, event.sessions.last())
    attend(mine, 20 * 60, day)

    assert sorted(entry.minutes for entry in ledger.grant(event, by=manager)) == [180, 480]
    (share,) = ledger.shares(event)
    assert (share.possible, share.percent) == (660, 100)


def test_the_host_corrects_by_hand_with_a_reason_and_never_below_nothing(event, manager):
    mine = seat(event)
    attend(mine, 100)
    ledger.grant(event, by=manager)

    ledger.correct(mine, minutes=-40, reason="提前离开", by=manager)
    assert HoursEntry.objects.of(mine.user).minutes() == 60
    for minutes, reason in ((-61, "x"), (0, "x"), (10, "  "), (121, "x")):
        with pytest.raises(ledger.NothingToCorrect):
            ledger.correct(mine, minutes=minutes, reason=reason, by=manager)
    assert ledger.grant(event, by=manager) == []  # what was corrected by hand stays
    assert HoursEntry.objects.of(mine.user).minutes() == 60


def test_a_correction_by_hand_counts_for_how_much_somebody_attended(event, manager):
    mine = seat(event)
    attend(mine, 90)
    ledger.grant(event, by=manager)
    [share] = ledger.shares(event)
    assert share.percent == 50

    ledger.correct(mine, minutes=54, reason="签退有误", by=manager)
    [share] = ledger.shares(event)
    assert share.percent == 80

    ledger.correct(mine, minutes=36, reason="签到有误", by=manager)
    Attendance.objects.update(ends_at=event.ends_at)  # the list was put right after all
    [share] = ledger.shares(event)
    assert share.percent == 100  # and nobody was there for longer than it lasted


def test_a_correction_by_hand_stands_for_the_same_role_agency_and_day_as_what_it_corrects(
    event, manager, agency
):
    mine = factories.member_of(agency, occupation="volunteer")
    place = seat(event, mine, agency=agency)
    attend(place, 100)
    [earned] = ledger.grant(event, by=manager)
    ledger.set_profession(mine, role="supervisor", division=None, registered_on=None)

    entry = ledger.correct(Registration.objects.get(pk=place.pk), minutes=-40, reason=" 早退 ", by=manager)

    assert (entry.role, entry.agency, entry.occurred_on) == (earned.role, agency, earned.occurred_on)
    assert entry.reason == "早退"


def test_hours_stand_on_the_day_of_their_session(event, manager):
    before = EventSession.objects.create(
        event=event,
        starts_at=event.starts_at - timedelta(days=3),
        ends_at=event.starts_at - timedelta(days=3, hours=-1),
    )
    refresh_span(event)
    mine = seat(event)
    attend(mine, 60, before)

    [entry] = ledger.grant(event, by=manager)

    assert entry.occurred_on == timezone.localdate(before.starts_at)


def test_the_ledger_never_says_less_than_nothing(event, manager):
    mine = seat(event)
    attendance = attend(mine, 100)
    ledger.grant(event, by=manager)
    ledger.correct(mine, minutes=-100, reason="未通过", by=manager)
    Attendance.objects.filter(pk=attendance.pk).update(voided_at=timezone.now())

    ledger.grant(event, by=manager)

    assert HoursEntry.objects.of(mine.user).minutes() == 0
    assert ledger.grant(event, by=manager) == []


def test_an_entry_is_never_changed_and_never_deleted(event, manager):
    attend(seat(event), 90)
    (entry,) = ledger.grant(event, by=manager)

    entry.minutes = 900
    for change in (
        entry.save,
        lambda: entry.save(update_fields=["minutes"]),
        lambda: entry.save(update_fields=["agency", "minutes"]),
        entry.delete,
        lambda: HoursEntry.objects.update(minutes=900),
        HoursEntry.objects.all().delete,
    ):
        with pytest.raises(TypeError):
            change()
    assert HoursEntry.objects.get().minutes == 90


def test_the_database_keeps_the_ledger_honest(event, manager):
    mine = seat(event)
    attend(mine, 90)
    (entry,) = ledger.grant(event, by=manager)
    whole = {
        "registration": mine,
        "session": entry.session,
        "minutes": 5,
        "role": entry.role,
        "occurred_on": entry.occurred_on,
        "at": entry.at,
    }
    for wrong in (
        {},  # the same session a second time
        {"session": None},
        {"is_correction": True},
        {"is_correction": True, "reason": "x", "minutes": 0},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            HoursEntry.objects.create(**{**whole, **wrong})


def test_hours_follow_the_person_to_the_next_agency_and_from_a_guest_to_the_account(event, manager, agency):
    mine = factories.member_of(agency)
    place = seat(event, mine, agency=agency)
    attend(place, 60)
    guest = Registration.objects.create(
        event=event,
        pool=event.pools.get(),
        guest_name="李梅",
        guest_phone="13800138000",
        status="confirmed",
        created_at=timezone.now(),
    )
    attend(guest, 120)
    ledger.grant(event, by=manager)
    mine.memberships.update(status="left")
    newcomer = factories.member_of(factories.agency())
    QuerySet(Registration).filter(pk=guest.pk).update(user=newcomer, guest_name="", guest_phone="")  # claimed

    (entry,) = account.ledger(mine)
    assert (entry.minutes, entry.agency) == (60, agency)
    assert HoursEntry.objects.of(newcomer).minutes() == 120


def test_merging_two_entries_of_an_agency_keeps_the_hours(event, manager):
    other = factories.agency()
    mine = factories.member_of(other)
    attend(seat(event, mine, agency=other), 60)
    ledger.grant(event, by=manager)
    survivor = factories.agency()

    merging.move(HoursEntry, HoursEntry._meta.get_field("agency"), other, survivor)

    assert HoursEntry.objects.get().agency == survivor


@pytest.mark.parametrize(
    ("occupation", "role"),
    [
        ("practitioner", HoursRole.SOCIAL_WORKER),
        ("volunteer", HoursRole.VOLUNTEER),
        ("supervisor", HoursRole.SUPERVISOR),
        ("researcher", HoursRole.RESEARCHER),
        ("other", HoursRole.SOCIAL_WORKER),
    ],
)
def test_everybody_is_counted_as_what_they_are(event, manager, occupation, role):
    attend(seat(event, occupation=occupation), 60)
    assert [entry.role for entry in ledger.grant(event, by=manager)] == [role]


def test_a_guest_of_a_volunteer_training_is_counted_as_a_volunteer(agency, manager):
    training = factories.event(agency, starts_in=-timedelta(days=1), kind="volunteer_training")
    before = training.starts_at - timedelta(days=1)
    attend(put_down_by_host(training, Nominee("李梅", "13800138000"), by=manager, at=before), 60)
    assert [entry.role for entry in ledger.grant(training, by=manager)] == [HoursRole.VOLUNTEER]


def test_the_role_is_the_one_at_the_time(event, manager):
    mine = seat(event)
    attendance = attend(mine, 60)
    ledger.set_profession(mine.user, role="assistant", division=None, registered_on=None)
    ledger.grant(event, by=manager)
    ledger.set_profession(mine.user, role="supervisor", division=None, registered_on=None)
    Attendance.objects.filter(pk=attendance.pk).update(voided_at=timezone.now())

    assert [entry.role for entry in ledger.grant(event, by=manager)] == ["assistant"]


def test_granting_costs_as_many_queries_for_one_as_for_six(event, manager):
    def queries():
        with CaptureQueriesContext(
            connection,
        ) as captured:
            ledger.grant(event, by=manager)
        return len(captured)

    attend(seat(event), 60)
    one = queries()
    for _person in range(6):
        attend(seat(event), 60)
    assert queries() == one


def test_people_of_every_occupation_have_a_role():
    assert set(ledger.BY_OCCUPATION) | {User.Occupation.OTHER} == set(User.Occupation)


# -- The rules --------------------------------------------------------------------------------------------------------


def test_two_rules_are_shipped_and_marked_as_to_be_confirmed():
    shipped = HoursRule.objects.order_by("hours").values_list(
        "role", "division", "hours", "years", "is_confirmed", "source"
    )
    source = "《社会工作者继续教育办法》（民政部，2009年）"
    assert list(shipped) == [
        ("assistant", None, 72, 3, False, source),
        ("social_worker", None, 90, 3, False, source),
    ]


def test_loading_again_leaves_what_staff_made_of_a_rule():
    HoursRule.objects.filter(role="assistant").update(hours=80, is_confirmed=True, valid_from="2020-01-01")

    assert hours_rules.load() == 0
    assert HoursRule.objects.get(role="assistant").hours == 80


def test_a_provinces_own_rule_goes_before_the_countrys_while_it_is_in_force():
    guangdong = factories.division("440000", "广东省", "province")
    own = HoursRule.objects.create(
        role="assistant",
        division=guangdong,
        valid_from=date(2024, 1, 1),
        valid_until=date(2026, 12, 31),
        hours=96,
        source="省厅通知",
    )
    country = HoursRule.objects.get(role="assistant", division=None)
    find = HoursRule.objects.for_whom

    assert find("assistant", guangdong, date(2026, 12, 31)) == own
    assert find("assistant", guangdong, date(2027, 1, 1)) == country
    assert find("assistant", guangdong, date(2024, 1, 1)) == own
    assert find("assistant", guangdong, date(2023, 12, 31)) == country
    assert find("assistant", None, date(2026, 1, 1)) == country
    assert find("volunteer", guangdong, date(2026, 1, 1)) is None


def test_two_rules_for_the_same_people_at_the_same_time_are_refused():
    second = HoursRule(role="assistant", valid_from=date(2026, 1, 1), hours=60, source="x")
    with pytest.raises(ValidationError):
        second.full_clean()
    HoursRule.objects.filter(role="assistant").update(valid_until=date(2025, 12, 31))
    second.full_clean()


def test_portal_staff_keep_the_rules_in_the_admin_and_nobody_else(client, stranger):
    address = "/admin/snippets/events/hoursrule/"
    client.force_login(factories.moderator())
    answer = client.get(address)
    assert answer.status_code == 200
    assert "助理社会工作师" in answer.content.decode() or "Assistant social worker" in answer.content.decode()
    assert client.get(f"{address}add/").status_code == 200
    client.force_login(stranger)
    assert client.get(address).status_code != 200
