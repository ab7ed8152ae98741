from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

#: Where jobs stood before the concepts of this app got folders; rows of then are still to be carried out.
MOVED = {
    "events.certificates": "events.certifying.issuing",
    "events.guest_data": "events.nominating.guest_data",
    "events.letters": "events.mails.letters",
    "events.messages": "events.mails.messages",
    "events.reminders": "events.mails.reminders",
}


class EventsConfig(AppConfig):
    name = "events"
    verbose_name = _("Events")

    def ready(self):
        from events.history_guard import guard
        from events.nominating import guests  # noqa: F401  the house rules register; confirmed addresses are listened to
        from portal.outbox import find_moved

        guard.listen(self)
        find_moved(MOVED)
