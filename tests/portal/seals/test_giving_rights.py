"""Giving and taking the rights of portal staff: only just after the second factor was shown, and never unseen."""

import logging

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.urls import reverse

from orgs import leaving, staff_rights
from orgs.models import AuditEntry, User
from portal.setup import EDITORS, MODERATORS
from tests import factories
from tests.portal.seals.second_factor_world import digits, signed_in, somebody, with_app

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("second_factor_is_demanded")]


@pytest.fixture
def root():
    return somebody(User.objects.create_superuser("root@example.org", name="根"))


@pytest.fixture
def person():
    return factories.user()


def group(name: str) -> Group:
    return Group.objects.get(name=name)


def edit(client, person, **changes):
    form = {"email": person.email, "name": person.name, "is_active": "on", **changes}
    return client.post(reverse("wagtailusers_users:edit", args=[person.pk]), form)


def set_group(client, of: Group):
    panels = {}
    for prefix in ("page", "collection", "image", "document"):
        panels |= {f"{prefix}_permissions-{name}": "0" for name in ("TOTAL_FORMS", "INITIAL_FORMS")}
        panels |= {f"{prefix}_permissions-{name}": "0" for name in ("MIN_NUM_FORMS", "MAX_NUM_FORMS")}
    form = {"name": of.name, **panels}
    return client.post(reverse("wagtailusers_groups:edit", args=[of.pk]), form)


def many(client, action: str, people, **form):
    address = reverse("wagtail_bulk_action", args=["orgs", "user", action])
    return client.post(f"{address}?{'&'.join(f'id={each.pk}' for each in people)}", form)


def rights_told() -> list[tuple]:
    """What the log says of rights: by whom, about whom, what."""
    entries = AuditEntry.objects.filter(action="rights").order_by("pk")
    return [(entry.by, entry.about, entry.what or entry.details) for entry in entries]


# -- Only just after the second factor --------------------------------------------------------------------------------


DOORS = {
    "making a superuser": lambda client, person: edit(client, person, is_superuser="on"),
    "adding to a group": lambda client, person: edit(client, person, groups=[group(MODERATORS).pk]),
    "changing somebody's address": lambda client, person: edit(client, person, email="other@example.org"),
    "making an account": lambda client, person: client.post(reverse("wagtailusers_users:add"), {}),
    "the form of an account": lambda client, person: client.get(
        reverse("wagtailusers_users:edit", args=[person.pk])
    ),
    "deleting an account": lambda client, person: client.post(
        reverse("wagtailusers_users:delete", args=[person.pk])
    ),
    "changing a group": lambda client, person: set_group(client, group(EDITORS)),
    "making a group": lambda client, person: client.post(reverse("wagtailusers_groups:add"), {}),
    "deleting a group": lambda client, person: client.post(
        reverse("wagtailusers_groups:delete", args=[group(EDITORS).pk])
    ),
    "adding many to a group": lambda client, person: many(
        client, "assign_role", [person], role=group(MODERATORS).pk
    ),
    "unlocking many": lambda client, person: many(
        client, "set_active_state", [person], mark_as_active="True"
    ),
    "deleting many": lambda client, person: many(client, "delete", [person]),
}


@pytest.mark.parametrize("door", DOORS)
def test_rights_are_given_only_just_after_the_second_factor_was_shown(root, person, door):
    secret, before = with_app(root), person.email
    with time_machine.travel("2026-11-29T08:00:00Z") as clock:
        client = signed_in(root, secret)
        clock.shift(16 * 60)
        answer = DOORS[door](client, person)
        assert answer.status_code == 302
        assert answer.url.startswith(reverse("mfa_reauthenticate"))
        assert "account_reauthentication_state" not in client.session  # nor is it carried out past this
        person.refresh_from_db()
        assert (person.is_superuser, person.groups.count(), person.email) == (False, 0, before)
        assert Group.objects.filter(name=EDITORS).exists()
        client.post(reverse("mfa_reauthenticate"), {"code": digits(secret)})
        answer = DOORS[door](client, person)
        assert answer.status_code == 200 or not answer.url.startswith("/accounts/")


def test_looking_at_the_list_of_accounts_needs_no_second_look(root):
    secret = with_app(root)
    with time_machine.travel("2026-11-29T08:00:00Z") as clock:
        client = signed_in(root, secret)
        clock.shift(16 * 60)
        assert client.get(reverse("wagtailusers_users:index")).status_code == 200
        assert client.get("/admin/").status_code == 200


# -- Never unseen -----------------------------------------------------------------------------------------------------


@pytest.fixture
def desk(root):
    return signed_in(root, with_app(root))


def test_what_is_given_to_an_account_and_taken_from_it_is_in_the_log(root, desk, person):
    edit(desk, person, is_superuser="on", groups=[group(MODERATORS).pk])
    edit(desk, person, groups=[group(EDITORS).pk])
    assert rights_told() == [
        (root, person, {"given": MODERATORS}),
        (root, person, {"given": "superuser"}),
        (root, person, {"given": EDITORS}),
        (root, person, {"taken": MODERATORS}),
        (root, person, {"taken": "superuser"}),
    ]
    edit(desk, person, groups=[group(EDITORS).pk])
    assert len(rights_told()) == 5  # nothing changed


def test_locking_takes_the_rights_and_unlocking_gives_them_back(root, desk):
    person = factories.moderator()
    edit(desk, person, groups=[group(MODERATORS).pk], is_active="")
    many(desk, "set_active_state", [person], mark_as_active="True")
    assert rights_told() == [
        (root, person, {"taken": MODERATORS}),
        (root, person, {"given": MODERATORS}),
    ]


def test_a_new_account_with_rights_and_many_at_once_are_in_the_log(root, desk, person):
    form = {"email": "new@example.org", "name": "新", "password1": "two rivers part 9"}
    desk.post(
        reverse("wagtailusers_users:add"),
        {**form, "password2": form["password1"], "groups": [group(EDITORS).pk]},
    )
    made = User.objects.get(email="new@example.org")
    many(desk, "assign_role", [person, made], role=group(EDITORS).pk)
    assert rights_told() == [(root, made, {"given": EDITORS}), (root, person, {"given": EDITORS})]


def test_changing_and_deleting_a_group_is_in_the_log(root, desk, person):
    person.groups.add(group(EDITORS))
    set_group(desk, group(EDITORS))
    assert rights_told() == [(root, None, EDITORS)]
    desk.post(reverse("wagtailusers_groups:delete", args=[group(EDITORS).pk]))
    assert rights_told()[1:] == [(root, person, {"taken": EDITORS})]


def test_a_group_whose_form_was_refused_is_not_in_the_log(desk):
    editors = group(EDITORS)
    editors.name = ""
    assert set_group(desk, editors).status_code == 200
    assert rights_told() == []


def test_a_right_is_not_given_where_it_cannot_be_written_down(root, person):
    def breaks_off():
        with staff_rights.recorded(person, by=root):
            person.groups.add(group(MODERATORS))
            raise ConnectionError("the database went away")

    with pytest.raises(ConnectionError):
        breaks_off()
    assert not person.groups.exists()


def test_what_was_not_changed_is_not_in_the_log(root, desk, person):
    leaving.deactivate(person, by=root)
    before = AuditEntry.objects.count()
    edit(desk, person, name="改了名字", is_active="")
    person.refresh_from_db()
    assert (person.name, AuditEntry.objects.count()) == ("改了名字", before)


def test_an_address_that_staff_change_is_in_the_log(root, desk, person):
    edit(desk, person, email="other@example.org")
    entry = AuditEntry.objects.get(action="security", details__change="address")
    assert (entry.by, entry.about) == (root, person)


def test_given_rights_are_a_line_of_the_security_log(
    root, desk, person, caplog, django_capture_on_commit_callbacks
):
    with caplog.at_level(logging.INFO, "portal.security"), django_capture_on_commit_callbacks(execute=True):
        edit(desk, person, is_superuser="on")
    [line] = [record for record in caplog.records if record.message == "rights"]
    assert (line.facts["actor"], line.facts["about"]) == (root.pk, person.pk)


def test_the_log_says_in_words_what_was_given(root, desk, person):
    edit(desk, person, is_superuser="on")
    assert "所有权限" in desk.get(reverse("staff_log")).content.decode()
