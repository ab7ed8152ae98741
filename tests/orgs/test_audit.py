"""The log of what was done: written with the act, never changed, without people after 180 days, read by few."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from casestudies import withdrawal
from events.hosting import publishing
from events.registering import seats
from orgs import audit, history, invitation, joining, leaving, membership, ownership, verification
from orgs.models import AuditEntry, User
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(agency):
    return factories.with_address(factories.member_of(agency, role="owner"))


def acts(**about) -> list[tuple]:
    """The acts in the order in which they were done: what, by whom, about whom."""
    entries = AuditEntry.objects.filter(**about).order_by("pk")
    return [(entry.action, entry.by, entry.about) for entry in entries]


# -- What is written down ---------------------------------------------------------------------------------------------


def test_coming_roles_suspension_and_going_are_written_down(agency, owner):
    person = factories.with_address(factories.user())
    asked = joining.ask_to_join(agency, user=person)
    ours = joining.accept(asked, by=owner)
    membership.change_role(ours, role="manager", by=owner)
    membership.suspend(ours, by=owner)
    membership.restore(ours, by=owner)
    membership.leave(ours, by=person)
    assert acts(agency=agency) == [
        ("member_in", owner, person),
        ("role", owner, person),
        ("member_suspended", owner, person),
        ("member_restored", owner, person),
        ("member_out", person, person),
    ]
    assert AuditEntry.objects.get(action="role").details == {"before": "member", "after": "manager"}


def test_invitations_and_ownership_are_written_down_without_an_address(agency, owner):
    member = factories.with_address(factories.member_of(agency))
    invitation.invite(agency, email="fremd@example.org", role="member", by=owner)
    ownership.accept(ownership.offer(agency, to=member, by=owner), by=member)
    assert acts(agency=agency) == [("invited", owner, None), ("ownership", owner, member)]
    assert "fremd" not in str(list(AuditEntry.objects.values()))


def test_verification_is_written_down(agency, moderator):
    made = verification.verify(agency, level=1, method="电话回访", by=moderator)
    verification.revoke(made, by=moderator, reason="号码错了")
    assert acts(agency=agency) == [("verified", moderator, None), ("verification_revoked", moderator, None)]


def test_a_change_of_the_entry_is_written_down_once_and_no_change_is_not(agency, manager):
    with history.recorded(agency, by=manager) as locked:
        locked.website = "https://example.org"
        locked.save()
    with history.recorded(agency, by=manager):
        pass
    assert acts(agency=agency) == [("profile", manager, None)]


def test_events_are_written_down_when_people_know_of_them(agency, manager):
    event = factories.event(agency, status="draft")
    seats.change_capacity(event, capacity=5, by=manager)
    publishing.publish(event, by=manager)
    publishing.publish(event, by=manager)
    seats.change_capacity(event, capacity=20, by=manager)
    seats.change_capacity(event, capacity=20, by=manager)
    publishing.cancel_event(event, by=manager)
    assert [what for what, *_who in acts(agency=agency)] == [
        "event_published",
        "event_capacity",
        "event_cancelled",
    ]
    details = AuditEntry.objects.get(action="event_capacity").details
    assert (details["before"], details["after"]) == (5, 20)


def test_cases_are_written_down_from_handing_in_to_withdrawal(agency, manager, moderator):
    from casestudies.review import submission

    asked = factories.submitted(agency, manager)
    submission.approve(asked.case, by=moderator, comment="急需", is_waived=True)
    asked.case.refresh_from_db()
    withdrawal.withdraw(asked.case, by=manager, reason="数据有误")
    assert acts(agency=agency) == [
        ("case_submitted", manager, None),
        ("case_published", moderator, None),
        ("case_withdrawn", manager, None),
    ]


def test_every_list_of_people_that_is_taken_along_is_written_down_with_its_rows(client, agency, manager):
    event = factories.event(agency)
    from events.registering.registration import register

    for _n in range(3):
        person = factories.user()
        register(event, user=person, by=person)
    client.force_login(manager)
    for style in ("csv", "xlsx"):
        address = reverse("roster_file", args=[agency.slug, event.public_id, style])
        assert client.post(address).status_code == 200
    assert client.get(reverse("signature_list", args=[agency.slug, event.public_id])).status_code == 200
    taken = AuditEntry.objects.filter(action="exported").order_by("pk")
    assert [(entry.by, entry.agency, entry.details["rows"]) for entry in taken] == [(manager, agency, 3)] * 3


def test_a_new_password_is_written_down(client, owner):
    owner.set_password("a-long-enough-word")
    owner.save()
    client.login(email=owner.email, password="a-long-enough-word")
    client.post(
        reverse("account_change_password"),
        {
            "oldpassword": "a-long-enough-word",
            "password1": "another-long-word",
            "password2": "another-long-word",
        },
    )
    entry = AuditEntry.objects.get(action="security")
    assert (entry.about, entry.agency, entry.details) == (owner, None, {"change": "password"})


def test_a_refused_act_leaves_no_entry(agency, owner):
    ours = agency.memberships.get(user=owner)
    with pytest.raises(membership.MembershipError):
        membership.leave(ours, by=owner)
    assert acts() == []


def test_an_act_that_is_rolled_back_takes_its_entry_along(agency, manager):
    with transaction.atomic():
        audit.record("profile", by=manager, agency=agency)
        transaction.set_rollback(True)
    assert acts() == []


# -- What is kept -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        {"action": "role"},
        {"what": "别的"},
        {"details": {"rows": 1}},
        {"at": timezone.now() - timedelta(days=1)},
    ],
)
def test_the_database_refuses_to_change_an_entry(agency, manager, change):
    entry = audit.record("profile", by=manager, agency=agency)
    with pytest.raises(IntegrityError, match=audit.SENTENCE), transaction.atomic():
        AuditEntry._base_manager.filter(pk=entry.pk).update(**change)


def test_the_database_refuses_to_delete_an_entry(agency, manager):
    entry = audit.record("profile", by=manager, agency=agency)
    with (
        pytest.raises(IntegrityError, match=audit.SENTENCE),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("DELETE FROM orgs_auditentry WHERE id = %s", [entry.pk])
    assert AuditEntry.objects.filter(pk=entry.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_a_whole_database_can_be_emptied_and_is_guarded_again_afterwards():
    audit.record("profile", by=None)
    call_command("flush", interactive=False)
    assert not AuditEntry.objects.exists()
    entry = audit.record("profile", by=None)
    with pytest.raises(IntegrityError), connection.cursor() as cursor:
        cursor.execute("DELETE FROM orgs_auditentry WHERE id = %s", [entry.pk])


def test_nobody_else_is_put_in_a_persons_place(agency, manager, stranger):
    entry = audit.record("profile", by=manager, agency=agency)
    for change in ({"by": stranger}, {"about": stranger}, {"agency": factories.agency()}):
        with pytest.raises(IntegrityError), transaction.atomic():
            AuditEntry._base_manager.filter(pk=entry.pk).update(**change)


def test_without_the_triggers_it_could_be_changed(agency, manager):
    entry = audit.record("profile", by=manager, agency=agency)
    audit.guard.remove()
    try:
        AuditEntry._base_manager.filter(pk=entry.pk).update(action="role")
    finally:
        audit.guard.install()


def test_the_model_refuses_to_change_and_to_delete(agency, manager):
    entry = audit.record("profile", by=manager, agency=agency)
    for act in (entry.save, entry.delete, AuditEntry.objects.all().delete):
        with pytest.raises(TypeError):
            act()


def test_after_180_days_the_entry_stays_and_its_people_are_forgotten(agency, manager):
    now = timezone.localdate()
    kept = audit.record("profile", by=manager, agency=agency, at=timezone.now() - timedelta(days=178))
    old = audit.record(
        "role", by=manager, about=manager, agency=agency, at=timezone.now() - timedelta(days=182)
    )
    assert audit.mask(now) == ["1 entries of the log forgot their people"]
    assert audit.mask(now) == []
    kept.refresh_from_db()
    old.refresh_from_db()
    assert (kept.by, old.by, old.about) == (manager, None, None)
    assert (old.action, old.agency) == ("role", agency)
    assert old.masked_at


def test_a_closed_account_has_no_name_in_the_log(agency, owner):
    person = factories.with_address(factories.member_of(agency, name="赵小燕"))
    membership.change_role(agency.memberships.get(user=person), role="manager", by=owner)
    leaving.close_account(person)
    content, _rows = audit.as_csv(audit.visible_to(owner).filter(agency=agency))
    assert "赵小燕" not in content.decode("utf-8-sig")
    assert [what for what, *_who in acts(about=User.objects.get(pk=person.pk))] == [
        "role",
        "member_out",
        "account_closed",
    ]


# -- Who reads it -----------------------------------------------------------------------------------------------------


def test_owners_read_their_agencys_log_and_staff_all(client, agency, owner, manager, moderator):
    event = factories.event(agency, status="draft", title="督导之夜")
    publishing.publish(event, by=manager)
    other = factories.event(title="别家的培训", status="draft")
    publishing.publish(other, by=factories.member_of(other.host, role="manager"))
    page, staff_page = reverse("agency_log", args=[agency.slug]), reverse("staff_log")
    client.force_login(owner)
    shown = client.get(page).content.decode()
    assert "督导之夜" in shown
    assert manager.name in shown
    assert "别家的培训" not in shown
    assert client.get(staff_page).status_code == 404
    client.force_login(manager)
    assert client.get(page).status_code == 404
    client.force_login(moderator)
    shown = client.get(staff_page).content.decode()
    assert "督导之夜" in shown
    assert "别家的培训" in shown


def test_it_is_narrowed_by_act_person_and_day(agency, owner, manager):
    audit.record("profile", by=manager, agency=agency, at=timezone.now() - timedelta(days=3))
    audit.record("invited", by=owner, agency=agency)
    entries, today = audit.visible_to(owner), timezone.localdate()

    def found(**asked) -> list[str]:
        return [entry.action for entry in audit.chosen(entries, **asked)]

    assert found(action="invited") == ["invited"]
    assert found(person=manager.pk) == ["profile"]
    assert found(since=today) == ["invited"]
    assert found(until=today - timedelta(days=1)) == ["profile"]
    assert found() == ["invited", "profile"]


def test_the_table_has_what_was_asked_for_and_is_itself_an_entry(client, agency, owner, manager):
    audit.record("profile", by=manager, agency=agency)
    audit.record("invited", by=owner, agency=agency, what="=1+1")
    client.force_login(owner)
    answer = client.post(reverse("take_agency_log", args=[agency.slug]), {"action": "invited"})
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert "'=1+1" in lines[1]
    assert AuditEntry.objects.get(action="exported").details == {"rows": 1}


def test_no_name_stands_in_the_address_by_which_the_log_is_narrowed(client, agency, owner, manager):
    audit.record("profile", by=manager, agency=agency)
    audit.record("invited", by=owner, agency=agency, what="另一条")
    client.force_login(owner)
    page = client.get(reverse("agency_log", args=[agency.slug])).content.decode()
    assert f'<option value="{manager.pk}">{manager.name}</option>' in page
    shown = client.get(reverse("agency_log", args=[agency.slug]), {"person": manager.pk}).content.decode()
    assert "另一条" not in shown


@pytest.mark.parametrize(
    "asked",
    ["action=none", "since=gestern", "person=%00", "person=99999999999999999999", "page=x&until=9999-99-99"],
)
def test_nonsense_narrows_nothing(client, agency, owner, asked):
    client.force_login(owner)
    assert client.get(reverse("agency_log", args=[agency.slug]) + f"?{asked}").status_code == 200


def test_the_page_asks_as_much_for_one_entry_as_for_three(
    client, agency, owner, manager, django_assert_num_queries
):
    def queries() -> int:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("agency_log", args=[agency.slug]))
        return len(captured)

    client.force_login(owner)
    audit.record("profile", by=manager, agency=agency)
    queries()
    before = queries()
    for person in (owner, manager, factories.user()):
        audit.record("role", by=person, about=factories.user(), agency=agency)
    assert queries() == before


def test_the_servers_log_has_a_line_by_keys_alone(
    agency, manager, caplog, django_capture_on_commit_callbacks
):
    with caplog.at_level("INFO", "portal.security"), django_capture_on_commit_callbacks(execute=True):
        entry = audit.record("role", by=manager, about=manager, agency=agency)
    [line] = caplog.records
    assert line.facts == {
        "actor": manager.pk,
        "agency": agency.pk,
        "about": manager.pk,
        "entry": entry.pk,
    }
    assert manager.name not in str(line.__dict__)
