"""Says in the admin why a text was not published, instead of failing."""

from django.contrib import messages
from django.shortcuts import redirect

from casestudies.deid_check import Identifiable


class SayWhyNotPublished:
    """Middleware: whichever door of the admin leads to publishing, the refusal comes back as a sentence."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, exception):
        if not isinstance(exception, Identifiable):
            return None
        messages.error(request, str(exception))
        return redirect(request.path)
