"""Where feed readers come. A reader that has the newest already is told so (304)."""

from hashlib import sha256

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from casestudies.models import LibraryPage
from casestudies.open_data import feeds
from orgs import merging
from orgs.models import Agency
from portal.models import Topic

ATOM = "application/atom+xml; charset=utf-8"


@require_safe
def case_feed(request):
    """The newest case studies."""
    return feed_response(
        request, feeds.newest(), name="all", title=_("Case studies on Tongxing"), page=library_address()
    )


@require_safe
def agency_case_feed(request, slug):
    """The case studies of one agency. The address of a merged entry leads to the one that stayed."""
    nobody = AnonymousUser()
    if survivor := merging.survivor_of(slug, nobody):
        return redirect("agency_case_feed", survivor.slug, permanent=True)
    agency = get_object_or_404(Agency.objects.visible_to(nobody), slug=slug)
    return feed_response(
        request,
        feeds.of_agency(agency),
        name=f"agency:{agency.public_id}",
        title=_("%(agency)s: case studies") % {"agency": agency.label},
        page=settings.SITE_URL + agency.get_absolute_url(),
    )


@require_safe
def topic_case_feed(request, code):
    """The case studies on one topic."""
    topics = Topic.objects.filter(is_active=True)
    topic = get_object_or_404(topics, code=code) if "\x00" not in code else get_object_or_404(topics.none())
    return feed_response(
        request,
        feeds.of_topic(topic),
        name=f"topic:{topic.code}",
        title=_("%(topic)s: case studies") % {"topic": topic.name},
        page=library_address(),
    )


def library_address() -> str:
    page = LibraryPage.objects.live().first()
    return settings.SITE_URL + (page.localized.get_url() or "/" if page else reverse("open_data"))


def feed_response(request, cases, *, name: str, title: str, page: str) -> HttpResponse:
    here = settings.SITE_URL + request.path
    content = feeds.write(cases, name=name, title=title, here=here, page=page)
    response = HttpResponse(content, content_type=ATOM)
    response["ETag"] = etag = f'"{sha256(content).hexdigest()[:32]}"'
    response["Access-Control-Allow-Origin"] = "*"
    return get_conditional_response(request, etag=etag, response=response)
