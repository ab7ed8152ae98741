"""Whoever signs out leaves nothing in the browser: lists and tickets kept for use without a signal go with the session."""

from django.contrib.auth.signals import user_logged_out
from django.dispatch import receiver


@receiver(user_logged_out)
def remember(sender, request, **kwargs):
    if request is not None:
        request.has_signed_out = True


class ForgetInTheBrowser:
    """Middleware: the answer to signing out tells the browser to empty what pages stored (W3C Clear Site Data)."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if getattr(request, "has_signed_out", False):
            response["Clear-Site-Data"] = '"storage"'
        return response
