"""The addresses of this app. All are inside the language prefix."""

from django.urls import path

from casestudies import views
from casestudies.console import autosave, begin, hand_in, write

urlpatterns = [
    path("cases/<uuid:public_id>/", views.case, name="case"),
    path("cases/<uuid:public_id>/cite.<str:style>", views.case_citation, name="case_citation"),
    path("desk/agencies/<slug:slug>/cases/new/", begin.create_case, name="create_case"),
    path("desk/agencies/<slug:slug>/cases/import/", begin.import_case, name="import_case"),
    path("desk/agencies/<slug:slug>/cases/<uuid:public_id>/", write.edit_case, name="edit_case"),
    path(
        "desk/agencies/<slug:slug>/cases/<uuid:public_id>/autosave/",
        autosave.autosave_case,
        name="autosave_case",
    ),
    path(
        "desk/agencies/<slug:slug>/cases/<uuid:public_id>/preview/", write.preview_case, name="preview_case"
    ),
    path("desk/agencies/<slug:slug>/cases/<uuid:public_id>/submit/", hand_in.submit_case, name="submit_case"),
]
