"""Addresses for programs, outside the language prefix: they say the same in every language."""

from django.urls import path

from casestudies.open_data import bulk_views, oai_views

urlpatterns = [
    path("oai/", oai_views.oai, name="oai"),
    path("open-data/cases.jsonl", bulk_views.cases_jsonl, name="cases_jsonl"),
    path("open-data/cases.csv", bulk_views.cases_csv, name="cases_csv"),
    path("open-data/case.schema.json", bulk_views.open_case_schema, name="open_case_schema"),
]
