"""The ticket: six digits and a signed QR code, and what is refused at the door."""

import base64
import time
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.serialization import load_der_public_key
from django.utils.translation import gettext

from events.attending import ticket
from events.models import Registration
from events.registering.registration import register
from tests import factories

pytestmark = pytest.mark.django_db


def registration_for(event, **fields) -> Registration:
    person = factories.user(**fields)
    return register(event, user=person, by=person)


@pytest.fixture
def event(agency):
    return factories.event(agency)


@pytest.fixture
def lin(event):
    return registration_for(event, name="林芳", email="lin@example.org")


def test_a_qr_code_leads_back_to_its_registration_and_is_always_the_same(lin, event):
    text = ticket.payload(lin)

    assert ticket.read(text) == (event.public_id, lin.public_id)
    assert ticket.find(event, f" {text}\n", by=1) == (lin, "qr")
    assert ticket.payload(lin) == text
    assert all(sign in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:" for sign in text)


def test_nothing_personal_is_in_the_qr_code(lin):
    content = base64.b32decode(ticket.payload(lin).removeprefix(ticket.MARK) + "======")

    assert content[:32] == lin.event.public_id.bytes + lin.public_id.bytes
    assert len(content) == 96
    assert lin.user.public_id.bytes not in content


def test_the_public_key_is_all_that_a_phone_needs(lin):
    keys = ticket.public_keys()

    assert len(keys) == 1
    assert load_der_public_key(base64.b64decode(keys[0])).curve.name == "secp256r1"


@pytest.mark.parametrize("place", [12, 40, 100, 150])
def test_a_changed_sign_is_noticed(lin, event, place):
    text = ticket.payload(lin)
    changed = text[:place] + ("A" if text[place] != "A" else "B") + text[place + 1 :]

    with pytest.raises(ticket.NoSuchTicket):
        ticket.find(event, changed, by=1)


@pytest.mark.parametrize("text", ["", "A", "AAAA", "1", "流", "!" * 154, "A" * 154, "a" * 5000, "\x00" * 9])
def test_what_is_no_ticket_is_refused_with_a_sentence(event, text):
    for body in (text, ticket.MARK + text):
        with pytest.raises(ticket.NoSuchTicket) as refusal:
            ticket.find(event, body, by=1)
        assert str(refusal.value)


def test_a_ticket_signed_with_another_secret_is_refused_and_with_an_earlier_one_is_not(lin, event, settings):
    text = ticket.payload(lin)
    settings.SECRET_KEY, earlier = "another secret", settings.SECRET_KEY

    with pytest.raises(ticket.NoSuchTicket):
        ticket.read(text)
    settings.SECRET_KEY_FALLBACKS = [earlier]
    assert ticket.read(text) == (event.public_id, lin.public_id)
    assert len(ticket.public_keys()) == 2


def test_a_ticket_for_another_event_says_so(lin):
    with pytest.raises(ticket.NoSuchTicket) as refusal:
        ticket.find(factories.event(), ticket.payload(lin), by=1)

    assert str(refusal.value) == gettext("This ticket is for another event.")


def test_codes_have_six_digits_and_differ_within_an_event(event):
    codes = [ticket.code(Registration(pk=pk, event=event)) for pk in range(1, 3000)]

    assert {len(code) for code in codes} == {6}
    assert len(set(codes)) == len(codes)
    assert [ticket.key_of(event, code) for code in codes] == list(range(1, 3000))


def test_codes_of_two_events_have_nothing_to_do_with_each_other(event):
    other = factories.event()
    alike = sum(
        ticket.code(Registration(pk=pk, event=event)) == ticket.code(Registration(pk=pk, event=other))
        for pk in range(1000)
    )
    assert alike <= 3


def test_a_code_finds_its_person_however_it_is_typed(lin, event):
    registration_for(event)
    code = ticket.code(lin)
    wide = "".join(chr(ord(digit) - ord("0") + ord("０")) for digit in code)

    for typed in (code, f" {code[:3]} {code[3:]} ", f"{code[:3]}-{code[3:]}", wide):
        assert ticket.find(event, typed, by=1) == (lin, "code")


def test_a_code_of_another_event_finds_nobody(lin):
    with pytest.raises(ticket.NoSuchTicket):
        ticket.find(factories.event(), ticket.code(lin), by=1)


def test_guessing_ends_after_twenty_wrong_codes(lin, event):
    right = ticket.code(lin)
    wrong = [code for code in (f"{n:06d}" for n in range(40)) if code != right]
    for code in wrong[:20]:
        with pytest.raises(ticket.NoSuchTicket):
            ticket.find(event, code, by=1)

    with pytest.raises(ticket.TooManyGuesses):
        ticket.find(event, right, by=1)
    assert ticket.find(event, right, by=2) == (lin, "code")
    assert ticket.find(event, ticket.payload(lin), by=1) == (lin, "qr")


def test_the_drawing_is_a_vector_with_a_border_and_no_words(lin):
    svg = ticket.drawing(lin)

    assert svg.startswith("<svg")
    assert "lin@example.org" not in svg
    assert 'viewBox="0 0' in svg


def test_tickets_for_a_hall_are_signed_in_a_moment(event):
    people = [Registration(pk=n, event=event, public_id=uuid4()) for n in range(1, 201)]
    begun = time.process_time()
    for one in people:
        ticket.payload(one), ticket.code(one)
    assert time.process_time() - begun < 2
