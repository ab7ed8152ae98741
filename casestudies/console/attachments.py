"""The files of a draft: added, described, put in order, taken out."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from casestudies.console.access import own_case
from casestudies.files import attachment
from casestudies.forms.attachment import AddForm, DescribeForm
from casestudies.writing import authoring

STEPS = {"up": -1, "down": 1}


@login_required
@never_cache
def edit_attachments(request, slug, public_id):
    """The files of the draft, each with what is said about it, and a form for more."""
    case = own_case(request, slug, public_id)
    draft = authoring.draft_of(case)
    form = AddForm(request.POST or None, request.FILES or None, case=draft)
    if request.method == "POST" and form.is_valid():
        try:
            add_all(request, case, form.cleaned_data)
        except authoring.AuthoringError as refusal:
            form.add_error("files", str(refusal))
        else:
            return then(request, reverse("edit_attachments", args=[slug, public_id]))
    if request.method == "POST" and by_script(request):
        for error in form.errors.get("files", [_("The file could not be read. Try again.")]):
            messages.error(request, error)
        return then(request, request.path)
    return page(request, case, form=form)


def page(request, case, *, form=None, described=None):
    """The page; `described` is a form of one file that was refused and keeps what was typed."""
    draft = authoring.draft_of(case)
    rows = [
        (
            one,
            described
            if described and described.instance.key == one.key
            else DescribeForm(instance=one, case=draft),
        )
        for one in draft.attachments.all()
    ]
    context = {
        "agency": case.agency,
        "case": case,
        "draft": draft,
        "rows": rows,
        "form": form or AddForm(case=draft),
        "is_in_review": authoring.is_in_review(case),
    }
    return render(request, "casestudies/edit_attachments.html", context)


def add_all(request, case, cleaned: dict) -> None:
    """Put every file into the draft, and say what was done to each."""
    for one in cleaned["files"]:
        attachment.add(case, one, by=request.user, licence=cleaned["licence"], section=cleaned["section"])
        messages.success(request, " ".join([_("“%(name)s” is there.") % {"name": one.name}, *one.notes]))


def by_script(request) -> bool:
    """Whether the script sent it that shows how far an upload is."""
    return request.headers.get("Accept") == "application/json"


def then(request, address: str):
    """On to a page; the script is told which."""
    return JsonResponse({"next": address}) if by_script(request) else redirect(address)


@login_required
@require_POST
def change_attachment(request, slug, public_id, file_id):
    """Say anew what a file is, move it, or take it out."""
    case = own_case(request, slug, public_id)
    draft = authoring.draft_of(case)
    found = next((one for one in draft.attachments.all() if one.key == file_id), None)
    if found is None:
        raise Http404
    do = request.POST.get("do", "save")
    form = DescribeForm(request.POST, instance=found, case=draft)
    try:
        if do == "remove":
            attachment.remove(case, file_id, by=request.user)
            messages.success(request, _("“%(name)s” is no longer part of the text.") % {"name": found.name})
        elif do in STEPS:
            attachment.move(case, file_id, by=request.user, steps=STEPS[do])
        elif form.is_valid():
            attachment.describe(case, file_id, by=request.user, **form.cleaned_data)
            messages.success(request, _("Saved."))
        else:
            return page(request, case, described=form)
    except authoring.AuthoringError as refusal:
        messages.error(request, str(refusal))
    address = reverse("edit_attachments", args=[slug, public_id])
    return redirect(address if do == "remove" else f"{address}#file-{file_id}")
