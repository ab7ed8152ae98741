"""The ticket: a code of six digits to say aloud, and a signed text as a QR code that a phone checks without a network.

Neither is stored. The signature (ECDSA over P-256, SHA-256) covers the event and the registration and nothing else: no
name leaves the portal in it. The key pair follows from SECRET_KEY; keys of SECRET_KEY_FALLBACKS are still believed.
"""

import base64
import hmac
from functools import lru_cache
from hashlib import sha256
from uuid import UUID

import segno
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.cache import cache
from django.db.models import IntegerField
from django.db.models.functions import Mod
from django.utils.translation import gettext as _

from events.models import Event, Registration
from events.registering.refusals import RegistrationError

#: What our QR codes begin with. All signs of the text are of the QR alphanumeric set, which makes the squares larger.
MARK = "TONGXING1:"
CURVE = ec.SECP256R1()
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
HALF = 1000  # a code is two halves of three digits
ROUNDS = 8
WRONG_CODES = 20
FORGOTTEN_AFTER = 600  # seconds


class NoSuchTicket(RegistrationError):
    """The code or the QR code is not one of this event."""


class TooManyGuesses(RegistrationError):
    """Somebody tries codes one after the other."""


# -- The QR code ------------------------------------------------------------------------------------------------------


@lru_cache
def private_key(secret: str) -> ec.EllipticCurvePrivateKey:
    """The key pair that follows from a secret. 48 bytes for a number of 32: no part of the range is likelier."""
    derived = HKDF(hashes.SHA256(), length=48, salt=None, info=b"tongxing tickets").derive(secret.encode())
    return ec.derive_private_key(int.from_bytes(derived) % (ORDER - 1) + 1, CURVE)


def secrets() -> list[str]:
    return [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]


def public_keys() -> list[str]:
    """What a phone needs to check tickets: SubjectPublicKeyInfo in base64, the key in use first."""
    form = (serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return [
        base64.b64encode(private_key(secret).public_key().public_bytes(*form)).decode()
        for secret in secrets()
    ]


def payload(registration: Registration) -> str:
    """The text of the QR code: event, registration and signature (r and s, 32 bytes each) in base32.

    Asked twice it is the same text. Reads `event`: select it.
    """
    message = registration.event.public_id.bytes + registration.public_id.bytes
    algorithm = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
    r, s = utils.decode_dss_signature(private_key(settings.SECRET_KEY).sign(message, algorithm))
    return MARK + base64.b32encode(message + r.to_bytes(32) + s.to_bytes(32)).decode().rstrip("=")


def read(text: str) -> tuple[UUID, UUID]:
    """The public ids of event and registration in a QR code that we signed. Raises NoSuchTicket."""
    refusal = NoSuchTicket(_("This is not a ticket of this portal, or somebody changed it."))
    try:
        body = text.strip().removeprefix(MARK)
        content = base64.b32decode(body + "=" * (-len(body) % 8))
    except ValueError:
        raise refusal
    if not text.strip().startswith(MARK) or len(content) != 96:
        raise refusal
    message, r, s = content[:32], int.from_bytes(content[32:64]), int.from_bytes(content[64:])
    if not any(is_signed(message, utils.encode_dss_signature(r, s), secret) for secret in secrets()):
        raise refusal
    return UUID(bytes=message[:16]), UUID(bytes=message[16:])


def is_signed(message: bytes, signature: bytes, secret: str) -> bool:
    try:
        private_key(secret).public_key().verify(signature, message, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True


def drawing(registration: Registration) -> str:
    """The QR code as SVG, black on white whatever the theme, with the quiet border that cameras need."""
    picture = segno.make(payload(registration), error="m", micro=False)
    return picture.svg_inline(border=4, dark="#000", light="#fff", omitsize=True)


# -- The code of six digits -------------------------------------------------------------------------------------------


def code(registration: Registration) -> str:
    """Six digits, another for each registration of the event, and without the secret not to be told from the number.

    A permutation of the numbers below a million (a Feistel network), applied to the key of the row, one permutation for
    each event. So no two of the same event are alike, as long as a million registrations do not come between them.
    """
    left, right = divmod(registration.pk % HALF**2, HALF)
    for n in range(ROUNDS):
        left, right = right, (left + scramble(registration.event.public_id, n, right)) % HALF
    return f"{left:03d}{right:03d}"


def key_of(event: Event, digits: str) -> int:
    """The key of the row, up to whole millions, that this code belongs to: `code` backwards."""
    left, right = int(digits[:3]), int(digits[3:])
    for n in reversed(range(ROUNDS)):
        left, right = (right - scramble(event.public_id, n, left)) % HALF, left
    return left * HALF + right


def scramble(event: UUID, n: int, half: int) -> int:
    secret = b"tongxing codes" + settings.SECRET_KEY.encode()
    digest = hmac.digest(secret, event.bytes + bytes([n]) + half.to_bytes(2), sha256)
    return int.from_bytes(digest[:8]) % HALF


# -- At the door ------------------------------------------------------------------------------------------------------


def find(event: Event, text: str, *, by: int) -> tuple[Registration, str]:
    """Whose ticket this is, and whether it was a `qr` or a `code`, from what was scanned or typed at the door.

    `by` is the key of the user at the door: after 20 wrong codes in ten minutes theirs are refused for a while.
    Raises NoSuchTicket, TooManyGuesses.
    """
    people = event.registrations.select_related("event", "pool", "user", "agency")
    if text.strip().startswith(MARK):
        event_id, registration_id = read(text)
        if event_id != event.public_id:
            raise NoSuchTicket(_("This ticket is for another event."))
        found = people.filter(public_id=registration_id).first()
        if found is None:
            raise NoSuchTicket(_("This registration does not exist any more."))
        return found, "qr"
    digits = as_digits(text)
    if digits is None:
        raise NoSuchTicket(_("A code has six digits. It stands on the ticket, beside the QR code."))
    guesses = f"wrong-ticket-codes:{event.pk}:{by}"
    if cache.get(guesses, 0) >= WRONG_CODES:
        raise TooManyGuesses(_("Too many wrong codes. Wait ten minutes, or use the list."))
    millions = people.annotate(within=Mod("pk", HALF**2, output_field=IntegerField()))
    found = millions.filter(within=key_of(event, digits)).order_by("-pk").first()
    if found is None:
        cache.add(guesses, 0, FORGOTTEN_AFTER)
        cache.incr(guesses)
        raise NoSuchTicket(_("Nobody at this event has this code. Look for the name in the list."))
    return found, "code"


def as_digits(text: str) -> str | None:
    """Six plain digits, however they were typed: with spaces, or full-width. None when it is something else."""
    digits = "".join(sign for sign in text if not sign.isspace() and sign not in "-－")
    if len(digits) != 6 or not all(sign.isdecimal() for sign in digits):
        return None
    return "".join(str(int(sign)) for sign in digits)
