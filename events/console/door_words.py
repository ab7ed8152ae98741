"""What the scripts of the check-in page say, in the language of the page. They fill in what stands in braces."""

from django.urls import reverse
from django.utils.translation import gettext as _

from events.models import Event


def door_words(event: Event) -> dict:
    """Sentences and addresses for events/static/events/check_in/."""
    here = [event.host.slug, event.public_id]
    return {
        "event": str(event.public_id),
        "people": reverse("check_in_people", args=here),
        "sync": reverse("check_in_sync", args=here),
        "sign_in": reverse("account_login"),
        "is_in": _("{name} is in"),
        "is_out": _("{name} went"),
        "already": _("{name} is in already, since {time}"),
        "not_in": _("{name} was not in"),
        "no_seat": _("{name} has no seat: {status}"),
        "session_over": _(
            "{name} is not checked in: this session is over. Open this page anew to note down who was there."
        ),
        "valid_unknown": _("The ticket is right. The name is not on this phone yet."),
        "forged": _("This is not a ticket of ours, or somebody changed it."),
        "other_event": _("This ticket is for another event."),
        "not_a_ticket": _("This QR code is not a ticket."),
        "no_such_code": _("Nobody here has this code. Look for the name in the list."),
        "six_digits": _("A code has six digits. It stands on the ticket, beside the QR code."),
        "nothing_on_photo": _("No QR code is to be seen on this photo. Try again, closer and straight."),
        "no_camera": _("The camera cannot be used. Allow it in the browser, or take a photo instead."),
        "refused": _("Not noted down: {sentence}"),
        "in_since": _("in since {time}"),
        "went_at": _("went at {time}"),
        "not_here": _("not here yet"),
        "counted": _("{there} of {seated} are here"),
        "all_sent": _("Everything is sent."),
        "waiting_one": _("1 entry waits to be sent."),
        "waiting": _("{number} entries wait to be sent."),
        "online": _("Connected."),
        "offline": _("No signal. Go on: it is kept on this phone."),
        "ready": _("Opens without a signal too."),
        "signed_out": _("You are signed out. Sign in again to send what waits on this phone."),
        "over": _("The event is over. The list was removed from this phone."),
        "unsent_sign_out": _("Entries wait on this phone. If you sign out now they are lost. Sign out?"),
    }
