"""How long a session lasts: two weeks without a visit, thirty days however often one comes (OWASP ASVS 5.0, 7.3.1 and 7.3.2)."""

import time

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver

DAY = 24 * 3600
IDLE = 14 * DAY
LONGEST = 30 * DAY
BEGAN, SEEN = "session_began", "session_seen"


@receiver(user_logged_in)
def begin(sender, request, user, **kwargs):
    request.session[BEGAN] = request.session[SEEN] = int(time.time())


class SessionLifetime:
    """Middleware: a session that is too old is nobody's. That it was used is written down once a day."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            judge(request.session, int(time.time()))
        return self.get_response(request)


def judge(session, now: int) -> None:
    """End the session, or note that it is in use."""
    if SESSION_KEY not in session:
        return
    began = session.get(BEGAN, now)
    seen = session.get(SEEN, now)
    if now - began > LONGEST or now - seen > IDLE:
        session.flush()
    elif BEGAN not in session or now - seen > DAY:
        session[BEGAN], session[SEEN] = began, now
