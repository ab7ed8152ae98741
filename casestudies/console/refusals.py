"""Says in the admin why a text was not published, instead of failing."""

from django.contrib import messages
from django.shortcuts import redirect

from casestudies.deidentify.check import Identifiable
from casestudies.review.rounds import Unreviewed


class SayWhyNotPublished:
    """Middleware: whichever door of the admin leads to publishing, the refusal comes back as a sentence."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, exception):
        if not isinstance(exception, Identifiable | Unreviewed):
            return None
        messages.error(request, str(exception))
        if isinstance(exception, Unreviewed) and exception.round:
            return redirect("review_round", exception.round.public_id)  # here reviewers are asked
        return redirect(request.path)
