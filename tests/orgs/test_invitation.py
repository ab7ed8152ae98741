"""Invitations: one use, one verified address, fourteen days, a link for each day, and nothing said about who has an account."""

import re
from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from orgs import invitation, joining, membership
from orgs.models import Agency, Invitation, Membership, Role, User
from tests import clocks, factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(agency):
    return factories.member_of(agency, role="owner", name="陈主任")


@pytest.fixture
def lin():
    return factories.with_address(factories.user(email="lin@example.org"))


def link_in(mail) -> str:
    """The address in the mail, without the host."""
    return re.search(r"https?://[^/]+(/\S*invitations/\S+/)", mail.body).group(1)


def token_in(mail) -> str:
    return link_in(mail).rstrip("/").rpartition("/")[2]


def invite(agency, by, email="lin@example.org", role="member", **more):
    return invitation.invite(agency, email=email, role=role, by=by, **more)


def test_the_invited_person_joins_in_the_role_that_was_offered(agency, manager, lin, deliver):
    sent = invite(agency, manager, role="manager", message="我们上周见过面")
    (mail,) = deliver()
    assert mail.to == ["lin@example.org"]
    assert "我们上周见过面" in mail.body
    assert invitation.find(token_in(mail)) == sent

    joined = invitation.accept(sent, by=lin)

    assert (joined.role, joined.status) == ("manager", "active")
    assert [mail.to for mail in deliver()] == [[manager.email]]


def test_the_token_is_256_bits_and_only_its_hash_is_kept(agency, manager, deliver):
    sent = invite(agency, manager)
    (mail,) = deliver()
    token = token_in(mail)
    assert len(token) == 43
    assert sent.token_hash == invitation.hash_of(token)
    assert token not in str(Invitation.objects.values())


@pytest.mark.parametrize(
    ("who", "roles"),
    [
        ("owner", ["owner", "manager", "member"]),
        ("manager", ["manager", "member"]),
        ("member", []),
        ("stranger", []),
        ("moderator", []),
    ],
)
def test_nobody_invites_above_their_own_role(agency, owner, who, roles, request):
    person = request.getfixturevalue(who)
    given = []
    for role in Role.values:
        with suppress(invitation.InvitationError):
            given.append(invite(agency, person, email=f"{role}@example.org", role=role).role)
    assert given == roles


def test_the_answer_is_the_same_whether_or_not_there_is_an_account(client, agency, manager, lin, deliver):
    client.force_login(manager)
    answers = []
    for email in ("lin@example.org", "nobody@example.org"):
        address = reverse("invite_person", args=[agency.slug])
        answer = client.post(address, {"email": email, "role": "member"}, follow=True)
        said = [str(message).replace(email, "…") for message in answer.context["messages"]]
        answers.append((answer.redirect_chain, said))
    assert answers[0] == answers[1]
    assert [mail.to for mail in deliver()] == [["lin@example.org"], ["nobody@example.org"]]


def test_who_stands_in_the_list_of_members_is_named_as_a_member(agency, owner, member):
    with pytest.raises(invitation.InvitationError):
        invite(agency, owner, email=member.email.upper())
    membership.suspend(agency.memberships.get(user=member), by=owner)
    with pytest.raises(invitation.InvitationError):
        invite(agency, owner, email=member.email)
    membership.remove(agency.memberships.get(user=member), by=owner)
    assert invite(agency, owner, email=member.email).email == member.email


def test_an_address_that_no_list_shows_is_invited_like_any_other_and_refused_when_it_comes(
    agency, owner, member
):
    factories.with_address(member, "private@example.org")
    sent = invite(agency, owner, email="private@example.org", role="owner")
    assert list(invitation.addressed_to(member)) == []
    with pytest.raises(invitation.InvitationError):
        invitation.accept(sent, by=member)
    assert agency.memberships.get(user=member).role == "member"


@pytest.mark.parametrize("is_verified", [True, False])
def test_only_who_confirmed_the_address_can_accept(agency, manager, is_verified):
    sent = invite(agency, manager)
    ana = factories.user()
    ana.emailaddress_set.create(email="Lin@Example.org", verified=is_verified)
    assert list(invitation.addressed_to(ana)) == [sent] * is_verified
    if is_verified:
        assert invitation.accept(sent, by=ana).status == "active"
    else:
        with pytest.raises(invitation.InvitationError, match="l•••@example"):
            invitation.accept(sent, by=ana)
        assert not Membership.objects.filter(user=ana).exists()


def test_it_is_used_once(agency, manager, lin, deliver):
    sent = invite(agency, manager)
    (mail,) = deliver()
    invitation.accept(sent, by=lin)
    membership.leave(agency.memberships.get(user=lin), by=lin)
    with pytest.raises(invitation.DeadInvitation):
        invitation.accept(sent, by=lin)
    with pytest.raises(invitation.DeadInvitation):
        invitation.find(token_in(mail))


def test_it_ends_after_fourteen_days(agency, manager, lin):
    sent = invite(agency, manager)
    with clocks.travel(timezone.now() + timedelta(days=13, hours=23)):
        assert list(invitation.addressed_to(lin)) == [sent]
    with clocks.travel(timezone.now() + timedelta(days=14, seconds=1)):
        assert list(invitation.addressed_to(lin)) == []
        with pytest.raises(invitation.DeadInvitation):
            invitation.accept(sent, by=lin)
        assert list(invitation.pending(agency)) == [sent]  # to be sent again


def test_sending_again_makes_the_earlier_link_useless(agency, manager, owner, lin, deliver):
    sent = invite(agency, manager)
    again = invitation.resend(sent, by=owner)
    first, second = deliver()
    assert invitation.find(token_in(second)) == again
    with pytest.raises(invitation.DeadInvitation):
        invitation.find(token_in(first))
    assert again.created_by == owner
    with pytest.raises(invitation.InvitationError):
        invitation.resend(sent, by=owner)


def test_an_invitation_above_ones_role_is_neither_replaced_nor_taken_back(agency, owner, manager):
    sent = invite(agency, owner, role="owner")
    for attempt in (invitation.resend, invitation.revoke):
        with pytest.raises(invitation.InvitationError):
            attempt(sent, by=manager)
    with pytest.raises(invitation.InvitationError):
        invite(agency, manager, role="member")
    assert list(invitation.pending(agency)) == [sent]


def test_it_can_be_taken_back_and_declined(agency, manager, lin, deliver):
    invitation.revoke(invite(agency, manager), by=manager)
    assert list(invitation.addressed_to(lin)) == []
    second = invite(agency, manager)
    deliver()
    invitation.decline(second, by=lin)
    assert [mail.to for mail in deliver()] == [[manager.email]]
    assert list(invitation.pending(agency)) == []


def test_it_dies_with_its_senders_right(agency, owner, manager, lin):
    sent = invite(agency, manager, role="manager")
    User.objects.filter(pk=manager.pk).update(is_active=False)  # without any rule
    with pytest.raises(invitation.DeadInvitation):
        invitation.accept(sent, by=lin)
    User.objects.filter(pk=manager.pk).update(is_active=True)
    membership.change_role(agency.memberships.get(user=manager), role="member", by=owner)
    sent.refresh_from_db()
    assert sent.revoked_at is not None


@pytest.mark.parametrize("status", [Agency.Status.WITHDRAWN, Agency.Status.DRAFT])
def test_it_dies_with_its_agency(agency, manager, lin, status):
    sent = invite(agency, manager)
    Agency.objects.filter(pk=agency.pk).update(status=status)
    assert list(invitation.addressed_to(lin)) == []
    with pytest.raises(invitation.DeadInvitation):
        invitation.accept(sent, by=lin)
    with pytest.raises(invitation.InvitationError):
        invite(agency, manager, email="x@example.org")


def test_a_suspended_person_comes_back_only_through_somebody_who_could_restore_them(agency, owner, manager):
    boss = factories.with_address(factories.member_of(agency, role="manager"), "boss@home.example.org")
    membership.suspend(agency.memberships.get(user=boss), by=owner)
    by_manager = invite(agency, manager, email="boss@home.example.org")
    with pytest.raises(invitation.InvitationError):
        invitation.accept(by_manager, by=boss)
    assert agency.memberships.get(user=boss).status == "suspended"
    by_owner = invite(agency, owner, email="boss@home.example.org")
    assert invitation.accept(by_owner, by=boss).role == "member"


def test_an_invitation_from_before_a_suspension_or_a_removal_does_not_undo_it(agency, owner, lin):
    joined = invitation.accept(invite(agency, owner), by=lin)
    factories.with_address(lin, "second@example.org")
    for end in (membership.suspend, membership.remove):
        sent = invite(agency, owner, email="second@example.org")
        end(joined, by=owner)
        with pytest.raises(invitation.InvitationError):
            invitation.accept(sent, by=lin)


def test_joining_answers_an_open_request_to_join(agency, manager, lin):
    asked = joining.ask_to_join(agency, user=lin)
    invitation.accept(invite(agency, manager), by=lin)
    asked.refresh_from_db()
    assert asked.status == "accepted"


def test_twenty_a_day_leave_an_agency_and_three_reach_an_address(agency, manager):
    for n in range(17):
        invite(agency, manager, email=f"p{n}@example.org")
    sent = invite(agency, manager)
    invitation.resend(sent, by=manager)
    invite(agency, manager)
    with pytest.raises(invitation.InvitationError, match="20"):
        invite(agency, manager, email="another@example.org")
    other = factories.agency()
    with pytest.raises(invitation.InvitationError, match="3"):
        invite(other, factories.member_of(other, role="owner"))
    with clocks.travel(timezone.now() + timedelta(days=1, seconds=1)):
        assert invite(agency, manager).email == "lin@example.org"


# -- The page behind the link -----------------------------------------------------------------------------------------


@pytest.fixture
def link(agency, manager, deliver):
    invite(agency, manager, message="欢迎")
    (mail,) = deliver()
    return link_in(mail)


def test_looking_changes_nothing_and_leads_to_an_address_without_the_token(client, agency, link):
    before = list(Invitation.objects.values())
    answer = client.get(link)
    assert answer.status_code == 302
    assert link.rstrip("/").rpartition("/")[2] not in answer.url
    assert answer["Referrer-Policy"] == "no-referrer"
    page = client.get(answer.url)
    assert agency.legal_name in page.content.decode()
    assert "欢迎" in page.content.decode()
    assert "l•••@example.org" in page.content.decode()
    assert "lin@example.org" not in page.content.decode()
    assert list(Invitation.objects.values()) == before
    assert client.post(link).status_code == 405


def test_signed_in_with_the_address_one_accepts_with_a_click(client, agency, lin, link):
    client.force_login(lin)
    page = client.get(link).url
    assert client.post(page, {"answer": "accept"}).url == reverse("agency_desk", args=[agency.slug])
    assert client.get(reverse("agency_desk", args=[agency.slug])).status_code == 200


def test_signed_in_with_another_address_one_reads_what_to_do(client, agency, stranger, link):
    client.force_login(stranger)
    page = client.get(link).url
    html = client.get(page).content.decode()
    assert "l•••@example.org" in html
    assert 'value="accept"' not in html
    client.post(page, {"answer": "accept"})
    assert not agency.memberships.filter(user=stranger).exists()


def test_somebody_elses_invitation_is_not_there(client, stranger, link):
    sent = Invitation.objects.get()
    address = reverse("answer_invitation", args=[sent.public_id])
    assert client.get(address).url.startswith(reverse("account_login"))
    client.force_login(stranger)
    assert client.get(address).status_code == 404
    assert client.post(address, {"answer": "accept"}).status_code == 404


def test_signing_up_through_the_link_leads_back_to_it(client, agency, link, deliver):
    page = client.get(link).url
    said = {
        "name": "林小满",
        "email": "lin@example.org",
        "occupation": "practitioner",
        "has_no_agency": "on",
        "agrees": "on",
    }
    client.post(reverse("account_signup"), {**said, "next": page})
    (mail,) = deliver()
    code = re.search(r"^[A-Z0-9]{3,}-?[A-Z0-9]*$", mail.body, re.MULTILINE).group()
    answer = client.post(reverse("account_email_verification_sent"), {"code": code})
    assert answer.url == page
    assert 'value="accept"' in client.get(page).content.decode()
    client.post(page, {"answer": "accept"})
    assert agency.memberships.get(user__email="lin@example.org").role == "member"


def test_who_follows_an_invitation_is_not_asked_for_their_agency(client, manager, link, deliver):
    asked = 'name="has_no_agency"'
    assert asked in client.get(reverse("account_signup")).text
    page = client.get(link).url
    assert asked not in client.get(reverse("account_signup")).text
    said = {
        "name": "林小满",
        "email": "lin2@example.org",
        "occupation": "practitioner",
        "agrees": "on",
        "next": page,
    }
    assert client.post(reverse("account_signup"), said).status_code == 302

    client.session.flush()
    client.cookies.clear()
    client.get(link)
    invitation.revoke(Invitation.objects.get(), by=manager)
    assert asked in client.get(reverse("account_signup")).text


def test_the_desk_shows_who_invites(client, agency, manager, lin, link):
    client.force_login(lin)
    html = client.get("/desk/").content.decode()
    sent = Invitation.objects.get()
    assert reverse("answer_invitation", args=[sent.public_id]) in html
    client.post(reverse("answer_invitation", args=[sent.public_id]), {"answer": "decline"})
    assert reverse("answer_invitation", args=[sent.public_id]) not in client.get("/desk/").content.decode()


@pytest.mark.parametrize("what", ["tampered", "used", "revoked", "expired", "sender left"])
def test_a_link_that_counts_no_more_gives_one_page_without_a_name_and_without_a_log_line(
    client, agency, manager, lin, link, what, caplog
):
    sent = Invitation.objects.get()
    if what == "tampered":
        link = link[:-3] + ("xy/" if not link.endswith("xy/") else "zz/")
    elif what == "used":
        invitation.accept(sent, by=lin)
    elif what == "revoked":
        invitation.revoke(sent, by=manager)
    elif what == "expired":
        now = timezone.now()  # its link was sent anew an hour before the end
        Invitation.objects.update(created_at=now - timedelta(hours=2), expires_at=now - timedelta(hours=1))
    else:
        Membership.objects.filter(user=manager).update(status="left")
    answer = client.get(link)
    assert answer.status_code == (404 if what == "tampered" else 410)
    assert agency.legal_name not in answer.content.decode()
    assert answer["Referrer-Policy"] == "no-referrer"
    assert link.rstrip("/").rpartition("/")[2] not in caplog.text


# -- The day of the link ----------------------------------------------------------------------------------------------


def in_hours(number: float):
    return clocks.travel(timezone.now() + timedelta(hours=number))


def ask_for_link(client, link):
    """Open the link and press the button. What the answer says, without what is new in every page."""
    page = client.get(link).url
    answer = client.post(page, {"answer": "send a link"}, follow=True)
    words = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", answer.content.decode())
    return answer.status_code, words.replace(page, "PAGE")


@pytest.mark.parametrize(("hours", "is_open"), [(23.9, True), (24.1, False)])
def test_a_link_opens_the_invitation_for_a_day(client, agency, link, hours, is_open):
    with in_hours(hours):
        html = client.get(link, follow=True).content.decode()
    assert (agency.legal_name in html) == is_open
    assert ('value="send a link"' in html) != is_open


def test_a_link_that_was_followed_in_time_shows_no_more_than_a_day_either(client, agency, link):
    page = client.get(link).url
    with in_hours(25):
        assert agency.legal_name not in client.get(page).content.decode()


def test_a_later_visitor_has_a_new_link_sent_to_the_invited_address_and_the_invitation_ends_when_it_would(
    client, agency, lin, link, deliver
):
    until = Invitation.objects.get().expires_at
    with in_hours(13 * 24):
        ask_for_link(client, link)
        (mail,) = deliver()
        assert mail.to == ["lin@example.org"]
        assert "欢迎" in mail.body
        page = client.get(link_in(mail)).url
        assert agency.legal_name in client.get(page).content.decode()
        client.force_login(lin)
        client.post(page, {"answer": "accept"})
    assert agency.memberships.get(user=lin).role == "member"
    assert Invitation.objects.get(accepted_by=lin).expires_at == until


def test_looking_sends_nothing_for_mail_scanners_look_too(client, link, deliver):
    with in_hours(25):
        client.get(link, follow=True)
        client.head(link, follow=True)
        assert deliver() == []


@pytest.mark.parametrize(
    "what", ["open", "used", "revoked", "over", "sender left", "agency withdrawn", "had enough"]
)
def test_after_its_day_a_link_says_the_same_whatever_became_of_the_invitation(
    client, agency, owner, manager, lin, link, what, deliver
):
    sent = Invitation.objects.get()
    if what == "used":
        invitation.accept(sent, by=lin)
    elif what == "revoked":
        invitation.revoke(sent, by=manager)
    elif what == "sender left":
        Membership.objects.filter(user=manager).update(status="left")
    elif what == "agency withdrawn":
        Agency.objects.filter(pk=agency.pk).update(status="withdrawn")
    other = factories.agency()
    invite(other, factories.member_of(other, role="owner"), email="lu@example.org")
    *_earlier, mail = deliver()
    link_that_counts = link_in(mail)
    with in_hours(15 * 24 if what == "over" else 25):
        if what == "had enough":
            for many in (factories.agency(), factories.agency(), factories.agency()):
                invite(many, factories.member_of(many, role="owner"))
            deliver()
        said = ask_for_link(client, link)
        assert [mail.to for mail in deliver()] == [["lin@example.org"]] * (what == "open")
        assert said == ask_for_link(Client(), link_that_counts)
        assert agency.legal_name not in said[1]


def test_a_new_link_leaves_the_old_ones_without_power_and_pressing_twice_sends_one(client, link, deliver):
    with in_hours(25):
        ask_for_link(client, link)
        ask_for_link(client, link)
        assert len(deliver()) == 1
    with in_hours(26):  # the new link still works: who has the old mail only gets another
        ask_for_link(client, link)
        assert len(deliver()) == 1
        assert Invitation.objects.open().count() == 1


def test_a_new_link_that_was_asked_for_takes_nothing_from_what_the_agency_may_send(
    client, agency, manager, link
):
    with in_hours(25):
        for number in range(19):
            invite(agency, manager, email=f"p{number}@example.org")
        ask_for_link(client, link)
        assert invite(agency, manager, email="twentieth@example.org")


def test_who_has_the_invited_address_needs_no_link(client, agency, lin, stranger, link):
    sent = Invitation.objects.get()
    with in_hours(25):
        client.force_login(stranger)
        assert 'value="send a link"' in client.get(link, follow=True).content.decode()
        client.force_login(lin)
        page = client.get(link).url
        assert agency.legal_name in client.get(page).content.decode()
        assert reverse("answer_invitation", args=[sent.public_id]) in client.get("/desk/").content.decode()
        client.post(page, {"answer": "accept"})
    assert agency.memberships.filter(user=lin).exists()


# -- In the console ---------------------------------------------------------------------------------------------------


def test_people_send_again_and_take_back_in_the_console(client, agency, manager, member, deliver):
    sent = invite(agency, manager)
    address = reverse("act_on_invitation", args=[agency.slug, sent.public_id])
    client.force_login(member)
    assert client.post(address, {"action": "revoke"}).status_code == 404
    client.force_login(manager)
    client.post(address, {"action": "resend"})
    again = invitation.pending(agency).get()
    assert again != sent
    client.post(reverse("act_on_invitation", args=[agency.slug, again.public_id]), {"action": "revoke"})
    assert list(invitation.pending(agency)) == []


@pytest.mark.parametrize(
    "said",
    [
        {"email": "no address", "role": "member"},
        {"email": "lin@example.org", "role": "owner"},
        {"email": "lin@example.org", "role": "king"},
        {"email": "x" * 400 + "@example.org", "role": "member"},
        {"email": "lin\0@example.org", "role": "member"},
        {"email": "lin@example.org", "role": "member", "message": "长" * 501},
        {},
    ],
)
def test_a_wrong_answer_is_refused_beside_its_field_and_kept(client, agency, manager, said):
    client.force_login(manager)
    answer = client.post(reverse("invite_person", args=[agency.slug]), said)
    assert answer.status_code == 200
    assert answer.context["invitation_form"].errors
    assert not Invitation.objects.exists()


def test_a_page_with_three_open_invitations_asks_as_little_as_with_one(client, agency, owner):
    client.force_login(owner)
    address = reverse("agency_members", args=[agency.slug])
    invite(agency, owner)
    client.get(address)
    with CaptureQueriesContext(connection) as one:
        client.get(address)
    for n in range(3):
        invite(agency, owner, email=f"p{n}@example.org")
        factories.member_of(agency)
    with CaptureQueriesContext(connection) as many:
        client.get(address)
    assert len(many) == len(one)
