"""The addresses of the read API, as HSDS 3 names them, outside the language prefix. A slash at the end does no harm."""

from django.urls import re_path

from orgs.open_data import views

ID = r"(?P<public_id>[^/]+)/?$"

urlpatterns = [
    re_path(r"^$", views.root, name="hsds_root"),
    re_path(r"^profile/?$", views.profile, name="hsds_profile"),
    re_path(r"^openapi\.json$", views.document, name="hsds_openapi"),
    re_path(r"^services/?$", views.services, name="hsds_services"),
    re_path(rf"^services/{ID}", views.service, name="hsds_service"),
    re_path(r"^organizations/?$", views.organizations, name="hsds_organizations"),
    re_path(rf"^organizations/{ID}", views.organization_view, name="hsds_organization"),
    re_path(r"^service_at_locations/?$", views.service_at_locations, name="hsds_service_at_locations"),
    re_path(rf"^service_at_locations/{ID}", views.service_at_location, name="hsds_service_at_location"),
    re_path(r"^taxonomies/?$", views.taxonomies, name="hsds_taxonomies"),
    re_path(rf"^taxonomies/{ID}", views.taxonomy_view, name="hsds_taxonomy"),
    re_path(r"^taxonomy_terms/?$", views.taxonomy_terms, name="hsds_taxonomy_terms"),
    re_path(rf"^taxonomy_terms/{ID}", views.taxonomy_term, name="hsds_taxonomy_term"),
    re_path(r"^divisions/(?P<division>[0-9-]{1,20})/?$", views.division_view, name="hsds_division"),
    re_path(r"^", views.nothing),
]
