"""The privacy page has a new version: whoever signs in is asked once, before anything else."""

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from orgs import consent
from orgs.forms.consent import AgreeForm
from portal.templatetags.portal import place

#: In the session of somebody who has not agreed to the version in force.
TO_BE_ASKED = "agree_first"


class AskFirst:
    """Leads whoever must agree first to that page; they can also read the words, take their data along, and leave."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        # Without a cookie nobody is signed in, and the session stays untouched: the answer may be cached.
        has_session = settings.SESSION_COOKIE_NAME in request.COOKIES
        if has_session and request.session.get(TO_BE_ASKED) and not is_free(request.path):
            return redirect(f"{reverse('agree')}?next={request.path if request.method == 'GET' else ''}")
        return self.get_response(request)


def is_free(path: str) -> bool:
    """What somebody may do who has not agreed: read why, take everything along, close the account, sign out."""
    names = (
        "agree",
        "sign_in_again",
        "account_logout",
        "held_about_me",
        "take_along",
        "close_account",
        "how_long_kept",
    )
    free = [place("privacy"), *map(reverse, (*names, "account_reauthenticate"))]
    return path in free or path.startswith(
        (settings.STATIC_URL, settings.MEDIA_URL, "/accounts/", "/en/accounts/")
    )


@login_required
def agree(request):
    """Agree to the version in force, and go on to where one wanted."""
    form = AgreeForm(request.POST or None)
    wanted = request.GET.get("next", "")
    if request.method == "POST" and form.is_valid():
        consent.agree(request.user)
        request.session.pop(TO_BE_ASKED, None)
        is_ours = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
        return redirect(wanted if is_ours else settings.LOGIN_REDIRECT_URL)
    return render(request, "orgs/agree.html", {"form": form})
