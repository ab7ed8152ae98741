"""Where people are sent whose second factor or recent sign-in is demanded, and the gate before Wagtail's admin."""

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.reauthentication import suspend_request
from allauth.core.exceptions import ReauthenticationRequired
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME, logout
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _

from portal.second_factor import SecondFactorMissing, demand, demand_recent_sign_in, demand_shown

#: allauth's own pages that change how one signs in. It asks those without password and factor for nothing; we do.
WAYS_TO_SIGN_IN = {
    "account_email",
    "account_set_password",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "socialaccount_connections",
}
#: Where Wagtail's admin gives rights, and what there is only for looking.
GIVING_RIGHTS = ("wagtailusers_users", "wagtailusers_groups")
LISTS = ("index", "index_results", "history", "history_results", "usage", "usage_results")


def gives_rights(request) -> bool:
    """Whether this is a page of the admin, or a form sent to it, that makes accounts, groups or members of groups."""
    found = request.resolver_match
    if found.url_name == "wagtail_bulk_action":
        return found.kwargs["model_name"] == "user"
    is_there = bool(set(found.namespaces) & set(GIVING_RIGHTS))
    return is_there and (request.method == "POST" or found.url_name not in LISTS)


class Demands:
    """Middleware: portal staff show a second factor at Wagtail's admin, recently where rights are given; and what a
    demand of a view leads to."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        found = request.resolver_match
        try:
            if found.route.startswith("admin/") and request.user.has_perm("wagtailadmin.access_admin"):
                if gives_rights(request):
                    demand(request)
                demand_shown(request)
            elif found.url_name in WAYS_TO_SIGN_IN:
                demand_recent_sign_in(request)
        except (SecondFactorMissing, ReauthenticationRequired) as refusal:
            return self.process_exception(request, refusal)
        return None

    def process_exception(self, request, exception):
        """Set-up for those without a factor, signing in again for those who have only codes by mail; others confirm.

        What somebody sent who then confirms is kept and carried out.
        """
        if isinstance(exception, SecondFactorMissing):
            messages.warning(
                request,
                _(
                    "This touches the data of other people, so it needs a second factor. Set one up here, then do it again."
                ),
            )
            return redirect("mfa_index")
        if not isinstance(exception, ReauthenticationRequired) or not request.user.is_authenticated:
            return None
        if ways := get_adapter().get_reauthentication_methods(request.user):
            if request.resolver_match.route.startswith("admin/"):
                # Not kept: allauth would carry it out without passing this middleware again.
                here = urlencode({REDIRECT_FIELD_NAME: request.get_full_path()})
                return redirect(f"{ways[0]['url']}?{here}")
            return suspend_request(request, ways[0]["url"])
        here = request.get_full_path() if request.method == "GET" else request.headers.get("referer", "")
        return redirect(
            f"{reverse('sign_in_again')}?{urlencode({REDIRECT_FIELD_NAME: inside(request, here)})}"
        )


def inside(request, address: str) -> str:
    """The address, if it leads back to this host; else the desk."""
    is_ours = url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return address if is_ours else reverse(settings.LOGIN_REDIRECT_URL)


@login_required
def sign_in_again(request):
    """For those who sign in with codes by mail: why a new one is asked for, and the way to it."""
    wanted = inside(request, request.GET.get(REDIRECT_FIELD_NAME, ""))
    if request.method == "POST":
        logout(request)
        return redirect(f"{reverse('account_request_login_code')}?{urlencode({REDIRECT_FIELD_NAME: wanted})}")
    return render(request, "account/sign_in_again.html")
