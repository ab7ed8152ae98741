"""The addresses of this app. All are inside the language prefix. Every console address names the agency it acts for."""

from django.urls import include, path

from orgs import console, views

urlpatterns = [
    path("agencies/<slug:slug>/", views.agency, name="agency"),
    path("agencies/<slug:slug>/join/", views.join_agency, name="join_agency"),
    path("network/", views.network_page, name="network"),
    path("desk/account/", views.account, name="account"),
    path("desk/join/", views.choose_agency, name="choose_agency"),
    path("desk/apply/", views.apply_agency, name="apply_agency"),
    path(
        "desk/join-requests/<uuid:public_id>/withdraw/",
        views.withdraw_join_request,
        name="withdraw_join_request",
    ),
    path(
        "desk/agencies/<slug:slug>/",
        include(
            [
                path("", console.agency_desk, name="agency_desk"),
                path("profile/", console.edit_agency, name="edit_agency"),
                path("confirm/", console.confirm_agency, name="confirm_agency"),
                path("members/", console.agency_members, name="agency_members"),
                path("members/me/", console.edit_own_membership, name="edit_own_membership"),
                path("members/<int:pk>/", console.act_on_membership, name="act_on_membership"),
                path("leave/", console.leave_agency, name="leave_agency"),
                path(
                    "join-requests/<uuid:public_id>/",
                    console.decide_join_request,
                    name="decide_join_request",
                ),
                path("partnerships/", console.agency_partnerships, name="agency_partnerships"),
                path("partnerships/<int:pk>/", console.answer_partnership, name="answer_partnership"),
                path("services/new/", console.create_service, name="create_service"),
                path("services/<uuid:public_id>/", console.edit_service, name="edit_service"),
                path("services/<uuid:public_id>/remove/", console.remove_service, name="remove_service"),
            ]
        ),
    ),
]
