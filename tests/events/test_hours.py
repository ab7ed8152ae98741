"""Hours of continuing education: rules as data, a ledger that only grows, and what somebody still needs."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.models.query import QuerySet
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.translation import override

from events.history_guard import guard
from events.hours import account, ledger
from events.hours import rules as hours_rules
from events.hours.words import in_hours
from events.models import (
    Attendance,
    Event,
    EventSession,
    HoursEntry,
    HoursRole,
    HoursRule,
    Profession,
    Registration,
    SeatPool,
)
from events.models.event import refresh_span
from events.nominating.by_hand import put_down_by_host
from events.nominating.guests import Nominee
from events.registering.registration import cancel, register
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


# -- What is missing --------------------------------------------------------------------------------------------------


@pytest.fixture
def person():
    person = factories.user()
    ledger.set_profession(
        person, role="social_worker", division=None, registered_on=timezone.localdate() - timedelta(days=365)
    )
    return person


def stands(person):
    return account.standing(person.profession, account.ledger(person))


def offered(person) -> list[Event]:
    return [course.event for course in account.courses(person.profession, stands(person))]


def test_what_is_missing_and_by_when(event, manager, person):
    attend(seat(event, person), 125)
    ledger.grant(event, by=manager)

    standing = stands(person)

    start = person.profession.registered_on
    assert standing.ends_on == account.years_later(start, 3) - timedelta(days=1)
    assert (standing.done_hours, standing.missing_hours, standing.percent) == (2.0, 88.0, 2)


def test_a_rule_of_45_minutes_counts_lessons(event, manager, person):
    HoursRule.objects.filter(role="social_worker").update(minutes_per_hour=45)
    attend(seat(event, person), 90)
    ledger.grant(event, by=manager)
    assert (stands(person).done_hours, stands(person).missing_hours) == (2.0, 88.0)


def test_only_hours_of_the_licence_and_of_the_period_count(event, manager, person):
    attend(seat(event, person), 120)
    ledger.grant(event, by=manager)
    begins_on = person.profession.registered_on
    ends_on = account.years_later(begins_on, 3) - timedelta(days=1)
    guard.remove()  # the ledger does not change; here it stands for several people's
    QuerySet(HoursEntry).update(role=HoursRole.ASSISTANT)
    assert stands(person).done == 120  # an assistant who passed the next examination loses nothing
    QuerySet(HoursEntry).update(role=HoursRole.VOLUNTEER)
    assert stands(person).done == 0

    QuerySet(HoursEntry).update(role=HoursRole.SOCIAL_WORKER)
    for day, done in (
        (begins_on - timedelta(days=1), 0),
        (begins_on, 120),
        (ends_on, 120),
        (ends_on + timedelta(days=1), 0),
    ):
        QuerySet(HoursEntry).update(occurred_on=day)
        assert stands(person).done == done, day


def test_what_a_correction_takes_from_the_period_before_is_no_debt_in_this_one(event, manager):
    """Earned on the last day of one period, corrected on the event's last day, which is the first of the next."""
    eve = EventSession.objects.create(
        event=event,
        starts_at=event.starts_at - timedelta(days=1),
        ends_at=event.starts_at - timedelta(hours=23),
    )
    refresh_span(event)
    mine = seat(event)
    attend(mine, 60, eve)
    ledger.grant(event, by=manager)
    ledger.correct(mine, minutes=-40, reason="早退", by=manager)
    ledger.set_profession(
        mine.user, role="assistant", division=None, registered_on=timezone.localdate(event.ends_at)
    )
    guard.remove()  # the ledger does not change; here an assistant earned it
    QuerySet(HoursEntry).update(role=HoursRole.ASSISTANT)

    assert stands(mine.user).done == 0


def test_the_years_of_a_ledger_stand_with_the_latest_first():
    entries = [HoursEntry(occurred_on=date(year, 5, 1), minutes=60) for year in (2024, 2026, 2025, 2026)]
    assert [(year["year"], year["minutes"]) for year in account.by_year(entries)] == [
        (2026, 120),
        (2025, 60),
        (2024, 60),
    ]


@pytest.mark.parametrize(
    ("minutes", "said"),
    [(0, "0"), (5, "0"), (150, "2.5"), (179, "2.9"), (180, "3"), (-90, "−1.5"), (-5, "0")],
)
def test_minutes_are_said_in_hours_and_never_too_many(minutes, said):
    assert in_hours(minutes) == said


def test_a_period_is_over_on_the_day_after_its_last(person):
    standing = stands(person)
    assert not standing.is_over(standing.ends_on)
    assert standing.is_over(standing.ends_on + timedelta(days=1))


def test_what_is_missing_is_rounded_up_and_what_is_done_is_rounded_down(event, manager, person):
    HoursRule.objects.filter(role="social_worker").update(hours=2)
    attend(seat(event, person), 59)
    ledger.grant(event, by=manager)

    assert (stands(person).done_hours, stands(person).missing_hours) == (0.9, 1.1)


def test_who_has_more_than_is_asked_misses_nothing_and_is_offered_nothing(event, manager, person, agency):
    HoursRule.objects.filter(role="social_worker").update(hours=1)
    factories.event(agency)
    attend(seat(event, person), 150)
    ledger.grant(event, by=manager)

    standing = stands(person)

    assert (standing.missing, standing.to_cover, standing.percent) == (0, 0, 100)
    assert account.courses(person.profession, standing) == []


def test_only_a_sure_seat_at_an_event_to_come_within_the_period_is_planned(person, agency):
    """What the person has already, is in line for, or will do in the next period covers nothing of this one."""
    coming = factories.event(agency)
    register(coming, user=person, by=person)
    seat(factories.event(agency, starts_in=-timedelta(days=1)), person)
    for event in (
        factories.event(agency, capacity=0),  # in line
        factories.event(agency, needs_approval=True),
        factories.event(agency, starts_in=timedelta(days=3 * 366)),
    ):
        register(event, user=person, by=person)
    cancel(register(factories.event(agency), user=person, by=person), by=person)
    colleague = factories.user()
    register(factories.event(agency), user=colleague, by=colleague)

    assert stands(person).planned == 180


def test_nothing_is_asked_of_volunteers_or_before_the_period_is_known(person):
    Profession.objects.update(role="volunteer")
    person.profession.refresh_from_db()
    assert stands(person) is None
    Profession.objects.update(role="assistant", registered_on=None)
    person.profession.refresh_from_db()
    assert stands(person) is None


def test_courses_that_cover_it_are_open_free_not_at_the_same_time_and_in_time(person, agency):
    HoursRule.objects.filter(role="social_worker").update(hours=7)
    week = timedelta(days=7)
    first = factories.event(agency, starts_in=week)
    factories.event(agency, starts_in=week, hours=1)  # at the same time
    factories.event(agency, starts_in=week / 2, capacity=0)  # full
    factories.event(agency, starts_in=week / 2, kind="open_day")
    factories.event(agency, starts_in=week / 2, status="draft")
    factories.event(agency, starts_in=week / 2, registration_closes_at=timezone.now())
    factories.event(agency, starts_in=week / 2, registration_opens_at=timezone.now() + timedelta(days=1))
    second = factories.event(agency, starts_in=2 * week)
    third = factories.event(agency, starts_in=3 * week)
    factories.event(agency, starts_in=4 * week)  # covered by then

    found = account.courses(person.profession, stands(person))
    assert [(course.event, course.minutes) for course in found] == [(first, 180), (second, 180), (third, 180)]

    register(first, user=person, by=person)
    assert stands(person).planned == 180
    found = account.courses(person.profession, stands(person))
    assert [course.event for course in found] == [second, third]


def test_a_course_after_the_period_a_cancelled_one_and_seats_kept_for_others_are_not_offered(person, agency):
    factories.event(agency, starts_in=timedelta(days=3 * 366))
    factories.event(agency, status="cancelled")
    kept = factories.event(agency, capacity=0)
    SeatPool.objects.create(event=kept, kind="agency", agency=factories.agency(), capacity=5)
    assert account.courses(person.profession, stands(person)) == []

    SeatPool.objects.filter(event=kept, kind="open").update(capacity=1)
    assert offered(person) == [kept]


def test_no_course_is_offered_at_the_time_of_a_place_that_one_has_or_waits_for(person, agency):
    week = timedelta(days=7)
    mine = factories.event(agency, starts_in=week, capacity=0)
    place = register(mine, user=person, by=person)
    at_once = factories.event(agency, starts_in=week, hours=1)
    after = factories.event(agency, starts_in=week)
    after.sessions.update(starts_at=mine.ends_at, ends_at=mine.ends_at + timedelta(hours=1))
    refresh_span(after)
    assert offered(person) == [after]

    cancel(place, by=person)
    assert offered(person) == [at_once, after]


def test_no_more_courses_are_offered_than_fit_on_a_page(person, agency):
    for week in range(account.MOST_COURSES + 1):
        factories.event(agency, starts_in=timedelta(days=7 + week), hours=1)
    assert len(offered(person)) == account.MOST_COURSES


def test_courses_in_ones_province_and_online_come_before_those_far_away(person, agency):
    HoursRule.objects.filter(role="social_worker").update(hours=3)
    guangdong = factories.division("440000", "广东省", "province")
    person.profession.division = guangdong
    factories.event(agency, division=factories.division("110000", "北京市", "province"))
    near = factories.event(
        agency, starts_in=timedelta(days=30), division=factories.division(parent=guangdong)
    )
    assert offered(person) == [near]

    online = factories.event(agency, mode="online", starts_in=timedelta(days=20))
    assert offered(person) == [online]


def test_a_leap_day_has_a_day_three_years_later():
    assert account.years_later(date(2024, 2, 29), 3) == date(2027, 3, 1)


def test_people_of_every_occupation_have_a_role():
    assert set(ledger.BY_OCCUPATION) | {User.Occupation.OTHER} == set(User.Occupation)
