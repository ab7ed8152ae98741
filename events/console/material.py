"""The host's files for those who take part."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from events.console.door import own_event
from events.forms.material import MaterialForm, ReleaseForm
from events.hosting import materials
from events.models import Material
from orgs.console.door import own_agency


@login_required
@never_cache
def edit_materials(request, slug, public_id):
    """What there is, and a form for another file."""
    event = own_event(request, slug, public_id)
    form = MaterialForm(request.POST, request.FILES) if request.method == "POST" else MaterialForm()
    if request.method == "POST" and form.is_valid():
        try:
            materials.add(
                event, form.cleaned_data["file"], audience=form.cleaned_data["audience"], by=request.user
            )
        except materials.MaterialError as no:
            form.add_error("file", str(no))
        else:
            messages.success(request, _("The file is there."))
            return redirect("edit_materials", slug, public_id)
    rows = [
        (one, ReleaseForm(initial={"audience": one.audience}, auto_id=f"{one.pk}-%s"))
        for one in event.materials.all()
    ]
    context = {"agency": event.host, "event": event, "rows": rows, "form": form}
    return render(request, "events/edit_materials.html", context)


@login_required
@require_POST
def change_material(request, slug, public_id):
    """Say anew who gets a file, or take it away."""
    hosted = own_agency(request, slug, "events.publish").hosted_events.all()
    material = get_object_or_404(
        Material.objects.select_related("event"), event__in=hosted, public_id=public_id
    )
    form = ReleaseForm(request.POST)
    if "remove" in request.POST:
        materials.remove(material)
        messages.success(request, _("The file is gone."))
    elif form.is_valid():
        materials.release(material, audience=form.cleaned_data["audience"])
        messages.success(request, _("Saved."))
    else:
        messages.error(request, _("Choose who gets the file."))
    return redirect("edit_materials", slug, material.event.public_id)
