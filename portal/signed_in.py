"""Who is signed in: the person of the session, who was read together with it."""

from contextvars import ContextVar

from django.contrib.auth.middleware import AuthenticationMiddleware, get_user
from django.utils.functional import SimpleLazyObject

#: The session whose person is being asked for, while that lasts.
ASKED: ContextVar = ContextVar("asked", default=None)


class SignedIn(AuthenticationMiddleware):
    """Middleware: as Django's, which checks the session's hash against the person's, without a question of its own."""

    def process_request(self, request):
        super().process_request(request)
        request.user = SimpleLazyObject(lambda: person_of(request))


def person_of(request):
    """The person who is signed in, or the anonymous one."""
    token = ASKED.set(request.session)
    try:
        return get_user(request)
    finally:
        ASKED.reset(token)


def read_along(key: int):
    """The person with this key if their session, which is just being looked at, brought them along; else None."""
    person = getattr(ASKED.get(), "person", None)
    return person if person and person.pk == key else None
