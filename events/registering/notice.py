"""What somebody reads before they register: who sees what of them. Each registration keeps the version that was read."""

from django.utils.translation import gettext as _

#: The day on which these words came into force. Words that mean something else get a new one.
VERSION = "2026-11-29"


def words(event) -> str:
    """The notice at the form of this event, in the reader's language."""
    return _(
        "By registering you agree that %(host)s sees your name, e-mail address, agency and answers, to hold this event. Answers are deleted %(days)d days after it."
    ) % {"host": event.host.name, "days": event.answers_kept_days}
