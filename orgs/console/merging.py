"""Portal staff join two entries of the same agency: choose, look at what moves, confirm."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from orgs import merging
from orgs.console.staff import for_portal_staff
from orgs.forms.merging import MergeForm
from portal.second_factor import with_recent_sign_in


@for_portal_staff
@with_recent_sign_in
def merge_agencies(request):
    """The two entries by name; then what moves, with numbers; then the merge."""
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
