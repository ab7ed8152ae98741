"""Invitations: an agency sends them and takes them back; the invited person follows the link and answers.

The link's token is worth a membership. So the page behind it has an address without the token: following the link
notes in the session that the link was followed, and leads on. No form, sign-in link, log line or Referer carries it.
After a day the link leads to one button, which sends a new one to the invited address.
"""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from orgs import invitation
from orgs.console.door import confirm_it_is_them, own_agency
from orgs.console.members import members_page
from orgs.forms.members import AnswerForm, InvitationActionForm, InvitationForm
from orgs.models import Invitation, Role
from portal import second_factor
from portal.bilingual import CHINESE

#: Which links this browser followed: the public identifier of the invitation and the hash of the token.
FOLLOWED = "invitations"
MOST_FOLLOWED = 5


@login_required
@require_POST
def invite_person(request, slug):
    """Send an invitation. The answer is the same whether or not the address has an account."""
    agency = own_agency(request, slug, "members.invite")
    form = InvitationForm(request.POST, agency=agency, by=request.user)
    if form.is_valid():
        if form.cleaned_data["role"] == Role.OWNER:  # as much as handing the agency over
            confirm_it_is_them(request, slug)
        try:
            sent = invitation.invite(agency, by=request.user, **form.cleaned_data)
            messages.success(
                request,
                _("The invitation to %(email)s is on its way. It counts for 14 days.")
                % {"email": sent.email},
            )
            return redirect("agency_members", slug)
        except invitation.InvitationError as refusal:
            form.add_error("email", str(refusal))
    return members_page(request, agency, invitation_form=form)


@login_required
@require_POST
def act_on_invitation(request, slug, public_id):
    """Send an invitation again, or take it back."""
    agency = own_agency(request, slug, "members.invite")
    sent = get_object_or_404(agency.invitations, public_id=public_id)
    form = InvitationActionForm(request.POST)
    if not form.is_valid():
        raise Http404
    is_resending = form.cleaned_data["action"] == "resend"
    if is_resending and sent.role == Role.OWNER:
        confirm_it_is_them(request, slug)
    try:
        if is_resending:
            invitation.resend(sent, by=request.user)
            messages.success(request, _("Sent again. The link in the earlier mail no longer works."))
        else:
            invitation.revoke(sent, by=request.user)
            messages.success(request, _("Taken back. The link in the mail no longer works."))
    except invitation.InvitationError as refusal:
        messages.error(request, str(refusal))
    return redirect("agency_members", slug)


@never_cache
@require_safe
def follow_link(request, token):
    """The link in the mail. It changes nothing about the invitation: mail scanners follow links too."""
    try:
        found = invitation.find(token)
    except invitation.InvitationError as refusal:
        is_known = isinstance(refusal, invitation.DeadInvitation)
        response = dead_end(request, refusal, status=410 if is_known else 404)
    else:
        followed = {**request.session.get(FOLLOWED, {}), str(found.public_id): found.token_hash}
        request.session[FOLLOWED] = dict(list(followed.items())[-MOST_FOLLOWED:])
        response = redirect("answer_invitation", found.public_id)
    response["Referrer-Policy"] = "no-referrer"
    return response


@never_cache
def answer_invitation(request, public_id):
    """Who invites to what, and yes or no. For who followed the link, and for who has the invited address."""
    token_hash = request.session.get(FOLLOWED, {}).get(str(public_id))
    followed = Invitation.objects.filter(public_id=public_id, token_hash=token_hash).first()
    if followed and invitation.link_works(followed):
        found = followed
    elif request.user.is_authenticated:
        found = invitation.addressed_to(request.user).filter(public_id=public_id).first()
    else:
        found = None
    if found is None and followed:
        return link_is_over(request, followed)
    if found is None and not request.user.is_authenticated:
        return redirect_to_login(request.path)
    if found is None:
        raise Http404
    if request.method == "POST":
        return answer(request, found)
    try:
        invitation.check_is_alive(found)
    except invitation.DeadInvitation as refusal:
        return dead_end(request, refusal, status=410)
    return render(
        request,
        "orgs/invitation.html",
        {
            "invitation": found,
            "address": invitation.masked(found.email),
            "is_for_me": request.user.is_authenticated and invitation.is_for(found, request.user),
        },
    )


def link_is_over(request, followed: Invitation):
    """The day of the link is over: the same page and the same answer, whatever became of the invitation."""
    if request.POST.get("answer") == "send a link":
        invitation.ask_for_link(followed, language=get_language() or CHINESE)
        messages.success(
            request,
            _("If the invitation still counts, a mail with a new link is on its way. It works for a day."),
        )
        return redirect(request.path)
    context = {"address": invitation.masked(followed.email), "per_day": invitation.PER_ADDRESS}
    return render(request, "orgs/invitation_link_over.html", context)


def answer(request, found: Invitation):
    if not request.user.is_authenticated:
        return redirect_to_login(request.path)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        raise Http404
    is_accepting = form.cleaned_data["answer"] == "accept"
    if is_accepting and found.role == Role.OWNER:
        second_factor.demand(request)  # they are about to be an owner
    try:
        if is_accepting:
            invitation.accept(found, by=request.user)
            messages.success(request, _("Welcome! You now belong to %(agency)s.") % {"agency": found.agency})
            return redirect("agency_desk", found.agency.slug)
        invitation.decline(found, by=request.user)
        messages.success(request, _("You declined. The person who invited you has been told."))
    except invitation.DeadInvitation as refusal:
        return dead_end(request, refusal, status=410)
    except invitation.InvitationError as refusal:
        messages.error(request, str(refusal))
    return redirect("desk")


def dead_end(request, refusal: invitation.InvitationError, *, status: int):
    """One page for every link that opens nothing. It names no agency, and the address is not logged."""
    response = render(request, "orgs/invitation_gone.html", {"refusal": refusal}, status=status)
    response._has_been_logged = True  # Django would write the whole path of a refusal into the log
    return response
