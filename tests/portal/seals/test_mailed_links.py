"""How long an address opens something to whoever has it. A new address with a secret in it fails here until it is declared.

What a mail carries opens it for a day, and once. Codes work for minutes, in the browser that asked for them.
"""

import re
import time
from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from events.nominating import guests
from events.nominating.nomination import Nominee, nominate
from orgs import invitation
from portal.secret_addresses import masked
from portal.settings import BASE_DIR
from tests import factories
from tests.addresses import ADDRESSES, leading

pytestmark = pytest.mark.django_db
#: Arguments that name a thing. Who knows them has no more rights than before.
NAMES = {
    "slug",
    "public_id",
    "registration_id",
    "pk",
    "file_id",
    "version",
    "style",
    "number",  # of a certificate, whose check page is public
    "division",
    "ical_uid",
    "section",
    "code",
    "uidb36",
}
DAY = timedelta(days=1)
NEEDED_AT_THE_EVENT = "until 90 days after the event, for ticket, materials, hours and certificate of a guest"
IS_A_FEED = "until its owner makes another, because programs ask for it again and again; it only shows"
#: Every address with a secret in it, and how long that works.
LINKS: dict[str, timedelta | str] = {
    "account_reset_password_from_key": DAY,
    "invitation": DAY,
    "open_guest_data": DAY,
    "place": NEEDED_AT_THE_EVENT,
    "place_certificate": NEEDED_AT_THE_EVENT,
    "name_on_certificate": NEEDED_AT_THE_EVENT,
    "place_feedback": NEEDED_AT_THE_EVENT,
    "place_material": NEEDED_AT_THE_EVENT,
    "personal_feed": IS_A_FEED,
    "search_feed": IS_A_FEED,
    "shared_list": "as long as its owner shares the list with whoever has the address; it only shows",
    "shared_citations": "as long as its owner shares the list with whoever has the address; it only shows",
    "stop_searches": "for good: it ends mails (RFC 8058), and nothing else",
}


def later(**by: float):
    """The time after that, on a clock that stays in its zone: Django's key for a new password reads the clock of the wall."""
    return time_machine.travel(time.time() + timedelta(**by).total_seconds())


def test_every_address_with_a_secret_in_it_is_declared_and_says_for_how_long():
    assert {name for name, arguments in ADDRESSES.items() if set(arguments) - NAMES} == LINKS.keys()


def test_no_mail_hides_a_secret_behind_a_question_mark():
    mails = [*(BASE_DIR / "templates" / "email").rglob("*.txt"), *BASE_DIR.glob("templates/*/email/*.txt")]
    assert [mail.name for mail in mails if re.search(r"site_url ?}}\S*\?", mail.read_text())] == []


def test_no_secret_of_an_address_is_written_into_a_log(world):
    assert [name for name in LINKS if any(masked(path) == path for path in leading(world, name))] == []


# -- The links that a mail carries, each made as people make it, and used as they use it -------------------------------


def reset(deliver, agency):
    person = factories.with_address(factories.user(password="two rivers meet here"))
    deliver()
    Client().post(reverse("account_reset_password"), {"email": person.email})

    def use(link):
        """Whether the form for a new password comes; choosing one uses the link up."""
        client = Client()
        form = client.get(link, follow=True).request["PATH_INFO"]
        new = {"password1": "a wholly new one 9", "password2": "a wholly new one 9"}
        return "set-password" in form and client.post(form, new).status_code == 302

    return use


def invite(deliver, agency):
    owner = factories.member_of(agency, role="owner")
    lin = factories.with_address(factories.user())
    invitation.invite(agency, email=lin.email, role="member", by=owner)

    def use(link):
        """Whether it leads to the invitation; accepting uses it up."""
        client = Client()
        is_shown = agency.legal_name in client.get(link, follow=True).content.decode()
        if sent := invitation.addressed_to(lin).first():
            invitation.accept(sent, by=lin)
        return is_shown

    return use


def ask_what_is_held(deliver, agency):
    manager = factories.member_of(agency, role="manager")
    people = [Nominee("林小雨", "", "rain@example.org")]
    nominate(factories.event(agency), agency=agency, people=people, by=manager)
    deliver()
    Client().post(reverse("ask_guest_data"), {"address": "rain@example.org"})
    return lambda link: Client().post(link).status_code == 302


MAILED = {
    "account_reset_password_from_key": reset,
    "invitation": invite,
    "open_guest_data": ask_what_is_held,
}


def mailed(name: str, deliver, agency):
    """The link of this kind in the mail that was sent, and how somebody uses it: True when it opened something."""
    deliver()
    use = MAILED[name](deliver, agency)
    *_others, mail = deliver()
    [link] = re.findall(r"https?://[^/\s]+(/\S*)", mail.body.split("Tongxing\n")[0])
    return link, use


def test_every_link_for_a_day_is_tried_here():
    assert {name for name, lasts in LINKS.items() if lasts == DAY} == MAILED.keys()


@pytest.mark.parametrize("name", MAILED)
@pytest.mark.parametrize(("hours", "opens"), [(23.9, True), (24.1, False)])
def test_a_mailed_link_opens_for_a_day(name, hours, opens, deliver, agency):
    link, use = mailed(name, deliver, agency)
    with later(hours=hours):
        assert use(link) == opens


@pytest.mark.parametrize("name", MAILED)
def test_a_mailed_link_works_once(name, deliver, agency):
    link, use = mailed(name, deliver, agency)
    assert [use(link), use(link)] == [True, False]


def test_the_personal_link_of_a_guest_ends_ninety_days_after_the_event(client, deliver, agency):
    manager = factories.member_of(agency, role="manager")
    event = factories.event(agency)
    people = [Nominee("林小雨", "", "rain@example.org")]
    [nomination] = nominate(event, agency=agency, people=people, by=manager).nominations
    closes_on = guests.closes_on(event)
    assert closes_on - timezone.localdate(event.ends_at) == timedelta(days=90)
    midnight = timezone.make_aware(datetime(closes_on.year, closes_on.month, closes_on.day))
    for at, status in ((midnight - timedelta(minutes=1), 200), (midnight, 410)):
        with time_machine.travel(at.timestamp()):
            assert client.get(nomination.get_absolute_url()).status_code == status


# -- Codes ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("minutes", "opens"), [(2, True), (16, False)])
def test_a_code_to_sign_in_works_for_minutes_and_only_where_it_was_asked_for(minutes, opens, client, deliver):
    person = factories.with_address(factories.user())
    deliver()
    client.post(reverse("account_request_login_code"), {"email": person.email})
    [mail] = deliver()
    code = {"code": re.search(r"^[A-Z0-9]{3,}-?[A-Z0-9]*$", mail.body, re.MULTILINE).group()}
    elsewhere = Client()
    with later(minutes=minutes):
        elsewhere.post(reverse("account_confirm_login_code"), code)
        client.post(reverse("account_confirm_login_code"), code)
        assert (client.get("/desk/").status_code == 200) == opens
        assert elsewhere.get("/desk/").status_code == 302
