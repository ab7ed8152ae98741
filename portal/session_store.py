"""Sessions in the database, as Django keeps them. Every page of somebody who is signed in asks for one."""

from django.contrib.sessions.backends import db
from django.utils import timezone

from portal.prepared import Prepared

SESSION = Prepared(
    lambda key, now: db.SessionStore.get_model_class().objects.filter(session_key=key, expire_date__gt=now)
)


class SessionStore(db.SessionStore):
    """Reads a session with the same question each time."""

    def _get_session_from_db(self):
        session = SESSION.first(key=self.session_key, now=timezone.now())
        if session is None:
            self._session_key = None
        return session
