"""The failed jobs in Wagtail's admin, for the portal's moderators: look, try again, drop."""

import logging
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe
from wagtail.admin.auth import permission_required

from portal import dead_letters

PERMISSION = "django_tasks_database.change_dbtaskresult"
TITLE = gettext_lazy("Failed jobs")
A_PAGE = 50
logger = logging.getLogger("portal.security")


@require_safe
@permission_required(PERMISSION)
def failed_jobs(request):
    """What nobody tries any more, the newest first."""
    page = Paginator(dead_letters.dead_letters(), A_PAGE).get_page(request.GET.get("p"))
    letters = [dead_letters.told(job) for job in page]
    return render(
        request,
        "portal/admin/failed_jobs.html",
        {"letters": letters, "page": page, "page_title": TITLE, "header_icon": "warning"},
    )


@require_POST
@permission_required(PERMISSION)
def act_on_failed_jobs(request):
    """Try one or all again, or drop them. What somebody else has dealt with meanwhile is left alone."""
    jobs = dead_letters.dead_letters()
    if (id := request.POST.get("id", "")) != "all":
        try:
            jobs = jobs.filter(pk=UUID(id))
        except ValueError:
            jobs = jobs.none()
    if request.POST.get("action") == "drop":
        count = dead_letters.drop(jobs)
        said = ngettext("%(count)d job was dropped.", "%(count)d jobs were dropped.", count)
    else:
        count = dead_letters.try_again(jobs)
        said = ngettext("%(count)d job is tried again.", "%(count)d jobs are tried again.", count)
    if count:
        action = "dropped" if request.POST.get("action") == "drop" else "put back"
        logger.info("failed jobs were %s", action, extra={"facts": {"count": count}})
        messages.success(request, said % {"count": count})
    else:
        messages.info(request, _("Somebody has dealt with that already."))
    return redirect("failed_jobs")
