"""Every address of the portal. Simplified Chinese at `/`, English at `/en/`."""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path, re_path
from django.views.generic import RedirectView
from django.views.static import serve
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls

from portal import health_views, place_views, second_factor_views, sitemap_views, views

#: Wagtail's own doors lead to the one door that limits attempts and asks for a second factor.
sign_in = RedirectView.as_view(pattern_name="account_login", query_string=True)

urlpatterns = [
    path("admin/login/", sign_in),
    re_path(r"^admin/password_reset/", sign_in),
    path("_util/login/", sign_in),
    re_path(r"^admin/(documents|api/main/documents|bulk/wagtaildocs)/", views.not_here),
    path("admin/", include(wagtailadmin_urls)),
    path("hsds/v3/", include("orgs.open_data.urls")),
    path("", include("casestudies.open_urls")),
    path("healthz", health_views.alive, name="healthz"),
    path("readyz", health_views.ready, name="readyz"),
    path("robots.txt", sitemap_views.robots, name="robots"),
    path("sitemap.xml", sitemap_views.index, name="sitemap_index"),
    path("sitemap-<slug:section>.xml", sitemap_views.section, name="sitemap"),
]
if not settings.IN_PRODUCTION:
    # Not `static()`: that one serves nothing unless DEBUG is on. In production the web server does it.
    urlpatterns += [re_path(r"^media/(?P<path>.*)$", serve, {"document_root": settings.MEDIA_ROOT})]
    urlpatterns += [path("dev/mail/", views.development_mail, name="development_mail")]
urlpatterns += i18n_patterns(
    path("accounts/sign-in-again/", second_factor_views.sign_in_again, name="sign_in_again"),
    path("accounts/", include("allauth.urls")),
    path("desk/", views.desk, name="desk"),
    path("how-long/", views.how_long_kept, name="how_long_kept"),
    path("search/", views.search, name="search"),
    path("search/suggest/", views.suggest, name="suggest"),
    path("", include("orgs.urls")),
    path("", include("events.urls")),
    path("", include("casestudies.urls")),
    re_path(wagtail_urls.serve_pattern, place_views.serve, name="wagtail_serve"),
    path("", include(wagtail_urls)),
    prefix_default_language=False,
)

handler400 = "portal.errors.bad_request"
handler403 = "portal.errors.not_allowed"
handler404 = "portal.errors.not_found"
handler500 = "portal.errors.server_error"
handler429 = "portal.errors.too_many"  # where allauth limits attempts
