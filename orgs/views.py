"""The public pages of agencies, and what a person does for themselves: account, joining, applying."""

from importlib import import_module

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from orgs import (
    application,
    applying,
    badge,
    claiming,
    directory,
    directory_list,
    evidence,
    freshness,
    joining,
    merging,
    network,
    visibility,
)
from orgs.evidence import EvidenceError
from orgs.forms.account import AccountForm
from orgs.forms.application import ApplicationForm, ClaimForm, MoreEvidenceForm, NameSearchForm
from orgs.forms.members import JoinForm
from orgs.models import Agency, Application, Evidence, JoinRequest, Membership
from orgs.open_data import licence
from orgs.permissions import LEADS, can, is_portal_staff
from portal import second_factor
from portal.bilingual import CHINESE, ENGLISH
from portal.file_views import hand_out

CHOICES_ON_A_PAGE = 20


def agency(request, slug):
    """Who they are, what they do where and for whom, and with whom. A merged entry leads to the one that stayed."""
    if survivor := merging.survivor_of(slug, request.user):
        return redirect(survivor, permanent=True)
    agency = get_object_or_404(
        Agency.objects.visible_to(request.user)
        .select_related("division__parent", "org_type", "logo")
        .prefetch_related("texts", "funding"),
        slug=slug,
    )
    membership = join_request = None
    if request.user.is_authenticated:
        membership = agency.memberships.filter(user=request.user).first()
        join_request = agency.join_requests.filter(
            user=request.user, status=JoinRequest.Status.PENDING
        ).first()
    is_member = membership is not None and membership.status == Membership.Status.ACTIVE
    if not is_member and is_portal_staff(request.user):
        second_factor.demand_shown(request)  # they see drafts here, and what the agency shows to nobody
    parts: dict = {}
    for app in settings.RECORD_APPS:
        parts.update(import_module(f"{app}.agency_page").context(agency, request.user))
    seen = visibility.as_seen_by(agency, request.user)
    return render(
        request,
        "orgs/agency.html",
        {
            **parts,
            "agency": seen,
            "age_in_words": freshness.sentence(agency),
            "join_form": JoinForm(),
            "membership": membership,
            "is_member": is_member,
            "join_request": join_request,
            **badge.context(seen, request.user),
            "can_edit": can(request.user, "profile.edit", agency),
        },
    )


def directory_file(request, style):
    """What was found in the directory as a table: public facts, the same for everybody."""
    if style not in directory_list.FORMATS:
        raise Http404
    write, content_type = directory_list.FORMATS[style]
    table = directory_list.lines(directory.found_in_order(request.GET), request.build_absolute_uri)
    return HttpResponse(
        write(table),
        content_type=content_type,
        headers={
            "Content-Disposition": f'attachment; filename="tongxing-agencies.{style}"',
            "Link": licence.LINK,
        },
    )


def network_page(request):
    """The whole network, as a picture and as a table."""
    return render(request, "orgs/network.html", network.context(request.user))


@login_required
def join_agency(request, slug):
    """Ask to join. Who comes back here from signing in sees the agency's page again."""
    agency = get_object_or_404(Agency.objects.visible_to(request.user), slug=slug)
    if request.method != "POST":
        return redirect(agency)
    form = JoinForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Your message is longer than 500 characters. Please shorten it."))
        return redirect(agency)
    try:
        asked = joining.ask_to_join(agency, user=request.user, message=form.cleaned_data["message"])
    except joining.JoiningError as refusal:
        messages.error(request, str(refusal))
        return redirect(agency)
    if isinstance(asked, Application):
        messages.success(
            request,
            _("Nobody looks after %(agency)s yet, so you claimed it. Add what shows that you work there.")
            % {"agency": agency},
        )
        return redirect("claim_agency", slug)
    messages.success(
        request, _("You asked to join %(agency)s. Its managers have been told.") % {"agency": agency}
    )
    return redirect("desk")


@login_required
@require_POST
def withdraw_join_request(request, public_id):
    """Take one's own request back."""
    join_request = get_object_or_404(request.user.join_requests.select_related("agency"), public_id=public_id)
    try:
        joining.withdraw(join_request, by=request.user)
        messages.success(request, _("You took your request back."))
    except joining.JoiningError as refusal:
        messages.error(request, str(refusal))
    return redirect("desk")


@login_required
def choose_agency(request):
    """Find the agency one works for, and ask to join."""
    form = NameSearchForm(request.GET)
    words = form.cleaned_data["q"] if form.is_valid() else ""
    page = Paginator(directory.named(words), CHOICES_ON_A_PAGE).get_page(request.GET.get("page"))
    rows = (
        Agency.objects.listed().select_related("division__parent", "org_type").in_bulk(list(page.object_list))
    )
    return render(
        request,
        "orgs/choose_agency.html",
        {
            "form": form,
            "words": words,
            "page_of_agencies": page,
            "agencies": [rows[pk] for pk in page.object_list if pk in rows],
            **own_agencies(request.user, list(rows)),
        },
    )


def own_agencies(user, agencies) -> dict:
    """What a row of agencies says to this person: theirs, asked, claimed; and where somebody can answer who asks."""
    led = Membership.objects.active().filter(role__in=LEADS, agency__in=agencies)
    asked = user.join_requests.filter(status=JoinRequest.Status.PENDING)
    claims = user.applications.open().filter(kind=Application.Kind.CLAIM)
    return {
        "own": set(user.memberships.active().values_list("agency", flat=True)),
        "asked": set(asked.values_list("agency", flat=True)),
        "claimed": set(claims.values_list("agency", flat=True)),
        "led": set(led.values_list("agency", flat=True)),
    }


@login_required
def apply_agency(request):
    """Apply for an agency that is not listed yet. Who may be meant is shown first."""
    form = ApplicationForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    found: list = []
    if form.is_bound:
        is_valid = form.is_valid()
        found = form.likely_duplicates(request.user)
        if is_valid and (form.is_another or not found):
            language = ENGLISH if request.LANGUAGE_CODE.startswith(ENGLISH) else CHINESE
            said = form.cleaned_data
            try:
                agency = applying.apply_for_agency(
                    by=request.user,
                    mission=said["mission"],
                    language=language,
                    message=said["message"],
                    scans=said["evidence"],
                    **form.facts,
                )
            except (applying.ApplyingError, EvidenceError) as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(
                    request, _("Thank you. The portal's staff will look at it and write to you.")
                )
                return redirect("agency_desk", agency.slug)
    return render(
        request,
        "orgs/apply_agency.html",
        {
            "form": form,
            "duplicates": found,
            "had_files": bool(request.FILES),
            **own_agencies(request.user, [one.agency for one in found]),
        },
    )


@login_required
def claim_agency(request, slug):
    """Ask to look after the entry of one's agency, with what shows it; or add to a claim that waits."""
    agency = get_object_or_404(Agency.objects.visible_to(request.user).select_related("org_type"), slug=slug)
    own = request.user.applications.open().filter(kind=Application.Kind.CLAIM, agency=agency).first()
    form_class = MoreEvidenceForm if own else ClaimForm
    form = form_class(*((request.POST, request.FILES) if request.method == "POST" else ()))
    if request.method == "POST" and form.is_valid():
        try:
            claiming.claim(
                agency,
                by=request.user,
                message=form.cleaned_data.get("message", ""),
                scans=form.cleaned_data["evidence"],
            )
        except (claiming.ApplicationError, EvidenceError) as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(
                request,
                _("Your files have been added.")
                if own
                else _("You claimed %(agency)s. The portal's staff will look at it and write to you.")
                % {"agency": agency},
            )
            return redirect("claim_agency", slug)
    return render(request, "orgs/claim_agency.html", {"agency": agency, "claim": own, "form": form})


@login_required
@require_POST
def withdraw_application(request, public_id):
    """Take one's own claim or question back."""
    asked = get_object_or_404(request.user.applications, public_id=public_id)
    try:
        application.withdraw(asked, by=request.user)
        messages.success(request, _("You took it back."))
    except application.ApplicationError as refusal:
        messages.error(request, str(refusal))
    return redirect("desk")


@login_required
def evidence_file(request, public_id):
    """One file of evidence, for those who may see it; never kept by a browser, never run by it."""
    found = get_object_or_404(Evidence.objects.select_related("application__agency"), public_id=public_id)
    if not evidence.may_see(request.user, found):
        raise Http404
    if not evidence.is_theirs(request.user, found):
        second_factor.demand_shown(request)
    name = f"{str(found.public_id)[:8]}.{evidence.EXTENSIONS.get(found.content_type, 'bin')}"
    response = hand_out(found.file, name=name, content_type=found.content_type)
    # Staff read scans beside the decision, PDFs too; browsers show those with styles of their own.
    way = "inline" if found.content_type in evidence.EXTENSIONS else "attachment"
    response["Content-Disposition"] = f'{way}; filename="{name}"'
    response["Content-Security-Policy"] = "sandbox; default-src 'none'; style-src 'unsafe-inline'"
    return response


@login_required
def account(request):
    """Name, occupation and language of a person, and the ways to password, addresses and sessions."""
    form = AccountForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Your account has been changed."))
        return redirect("account")
    return render(
        request,
        "orgs/account.html",
        {"form": form, "memberships": request.user.memberships.active().select_related("agency")},
    )
