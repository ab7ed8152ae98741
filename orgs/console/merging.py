"""Portal staff join two entries of the same agency: choose, look at what moves, confirm."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from orgs import merging
from orgs.forms.merging import MergeForm
from orgs.permissions import is_portal_staff


@login_required
def merge_agencies(request):
    """The two entries by name; then what moves, with numbers; then the merge."""
    if not is_portal_staff(request.user):
        raise Http404
    is_chosen = "duplicate" in request.GET or "survivor" in request.GET
    form = MergeForm(request.POST or (request.GET if is_chosen else None))
    chosen = None
    if form.is_valid():
        duplicate, survivor = form.cleaned_data["duplicate"], form.cleaned_data["survivor"]
        try:
            if request.method == "POST":
                survivor = merging.merge(duplicate, into=survivor, by=request.user)
                messages.success(
                    request,
                    _("%(duplicate)s is now part of %(survivor)s.")
                    % {"duplicate": duplicate, "survivor": survivor},
                )
                return redirect(survivor)
            merging.check(duplicate, survivor)
            chosen = {
                "duplicate": duplicate,
                "survivor": survivor,
                "moves": merging.preview(duplicate),
            }
        except merging.MergingError as refusal:
            form.add_error(None, str(refusal))
    return render(request, "orgs/merge_agencies.html", {"form": form, "chosen": chosen})
