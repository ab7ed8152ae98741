"""Closing one's own account."""

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from orgs import leaving
from orgs.forms.account import CloseAccountForm
from portal.second_factor import with_recent_sign_in


@login_required
@with_recent_sign_in
def close_account(request):
    """What closing means, and whether one is sure. An agency's only owner hands it over first."""
    form = CloseAccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            leaving.close_account(request.user)
        except leaving.LastOwner as refusal:
            form.add_error(None, str(refusal))
        else:
            logout(request)
            messages.success(request, _("Your account is closed. Goodbye, and thank you."))
            return redirect("wagtail_serve", "")
    return render(
        request,
        "orgs/close_account.html",
        {"form": form, "agencies": leaving.only_owned_by(request.user)},
    )
