"""Sessions in the database, as Django keeps them. Every page of somebody who is signed in asks for theirs.

The question for the session brings along the person who signed in with it (`portal.signed_in`), as allauth noted it down.
"""

from django.contrib.auth import get_user_model
from django.contrib.sessions.backends import db
from django.db.models import Subquery
from django.utils import timezone

from portal.prepared import Prepared


def sessions(key, now):
    return db.SessionStore.get_model_class().objects.filter(session_key=key, expire_date__gt=now)


SESSION = Prepared(sessions)
WITH_PERSON = Prepared(
    lambda key, now: (
        get_user_model()
        .objects.filter(usersession__session_key=key)
        .annotate(session_data=Subquery(sessions(key, now).values("session_data")))
    )
)


class SessionStore(db.SessionStore):
    """Reads a session with the same question each time."""

    #: Who signed in with this session, as it was when the session was read; None where nobody did.
    person = None

    def _get_session_from_db(self):
        asked = {"key": self.session_key, "now": timezone.now()}
        self.person = WITH_PERSON.first(**asked)
        if self.person is None:
            session = SESSION.first(**asked)
        elif self.person.session_data is None:
            session = None
        else:
            session = self.model(session_key=self.session_key, session_data=self.person.session_data)
        if session is None:
            self._session_key = None
        return session
