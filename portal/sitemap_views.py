"""What search engines ask for first."""

from django.conf import settings
from django.contrib.sitemaps import views
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from portal import sitemap


@require_safe
def robots(request):
    address = settings.SITE_URL + reverse("sitemap_index")
    return HttpResponse(sitemap.robots_txt(address), content_type="text/plain; charset=utf-8")


@require_safe
def index(request):
    """The maps of all kinds of record. A page that is no number is none."""
    return views.index(request, sitemap.maps(), sitemap_url_name="sitemap")


@require_safe
def section(request, section):
    """The map of one kind of record."""
    maps = sitemap.maps()
    if section not in maps:
        raise Http404
    return views.sitemap(request, maps, section)
