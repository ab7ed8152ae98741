"""The addresses of this app. All are inside the language prefix. Every console address names the agency it acts for."""

from django.urls import include, path

from orgs import views
from orgs.console import (
    account,
    freshness,
    history,
    invitation,
    location,
    logo,
    members,
    merging,
    ownership,
    partnership,
    profile,
    recommendation,
    service,
    staff,
    staff_verification,
    verification,
)

urlpatterns = [
    path("agencies/<slug:slug>/", views.agency, name="agency"),
    path("agencies/<slug:slug>/join/", views.join_agency, name="join_agency"),
    path("agencies-list.<slug:style>", views.directory_file, name="directory_file"),
    path("network/", views.network_page, name="network"),
    path("invitations/<uuid:public_id>/", invitation.answer_invitation, name="answer_invitation"),
    path("invitations/<str:token>/", invitation.follow_link, name="invitation"),
    path("desk/account/", views.account, name="account"),
    path("desk/account/close/", account.close_account, name="close_account"),
    path("desk/join/", views.choose_agency, name="choose_agency"),
    path("desk/apply/", views.apply_agency, name="apply_agency"),
    path("desk/claim/<slug:slug>/", views.claim_agency, name="claim_agency"),
    path(
        "desk/applications/<uuid:public_id>/withdraw/",
        views.withdraw_application,
        name="withdraw_application",
    ),
    path("evidence/<uuid:public_id>/", views.evidence_file, name="evidence"),
    path("desk/staff/", staff.staff_queue, name="staff_queue"),
    path("desk/staff/applications/<uuid:public_id>/", staff.staff_application, name="staff_application"),
    path("desk/staff/agencies/", staff_verification.find_agency, name="find_agency_to_verify"),
    path("desk/staff/agencies/<slug:slug>/", staff_verification.verify_agency, name="verify_agency"),
    path("desk/staff/verifications/<int:pk>/revoke/", staff.revoke_verification, name="revoke_verification"),
    path(
        "desk/join-requests/<uuid:public_id>/withdraw/",
        views.withdraw_join_request,
        name="withdraw_join_request",
    ),
    path("desk/ownership/<uuid:public_id>/", ownership.answer_transfer, name="answer_transfer"),
    path("desk/staff/merge/", merging.merge_agencies, name="merge_agencies"),
    path(
        "desk/agencies/<slug:slug>/",
        include(
            [
                path("", profile.agency_desk, name="agency_desk"),
                path("profile/", profile.edit_agency, name="edit_agency"),
                path("logo/", logo.edit_logo, name="edit_logo"),
                path("logo/remove/", logo.remove_logo, name="remove_logo"),
                path("freshness/", freshness.agency_freshness, name="agency_freshness"),
                path("confirm/", freshness.confirm_agency, name="confirm_agency"),
                path("history/", history.agency_history, name="agency_history"),
                path("history/<int:pk>/", history.agency_version, name="agency_version"),
                path("history/<int:pk>/restore/", history.restore_version, name="restore_version"),
                path("locations/new/", location.create_location, name="create_location"),
                path("locations/<int:pk>/", location.edit_location, name="edit_location"),
                path("locations/<int:pk>/remove/", location.remove_location, name="remove_location"),
                path("members/", members.agency_members, name="agency_members"),
                path("members/me/", members.edit_own_membership, name="edit_own_membership"),
                path("members/<int:pk>/", members.act_on_membership, name="act_on_membership"),
                path("invitations/", invitation.invite_person, name="invite_person"),
                path("invitations/<uuid:public_id>/", invitation.act_on_invitation, name="act_on_invitation"),
                path("ownership/", ownership.offer_ownership, name="offer_ownership"),
                path(
                    "ownership/<uuid:public_id>/withdraw/",
                    ownership.withdraw_transfer,
                    name="withdraw_transfer",
                ),
                path("leave/", members.leave_agency, name="leave_agency"),
                path(
                    "join-requests/<uuid:public_id>/",
                    members.decide_join_request,
                    name="decide_join_request",
                ),
                path("partnerships/", partnership.agency_partnerships, name="agency_partnerships"),
                path("partnerships/<int:pk>/", partnership.answer_partnership, name="answer_partnership"),
                path("verification/", verification.agency_verification, name="agency_verification"),
                path("ask-again/", verification.ask_again, name="ask_again"),
                path(
                    "recommendations/", recommendation.agency_recommendations, name="agency_recommendations"
                ),
                path(
                    "recommendations/<int:pk>/take-back/",
                    recommendation.take_back_recommendation,
                    name="take_back_recommendation",
                ),
                path("partnerships/<int:pk>/end/", partnership.end_partnership, name="end_partnership"),
                path(
                    "partnerships/<int:pk>/withdraw/",
                    partnership.withdraw_partnership,
                    name="withdraw_partnership",
                ),
                path("services/new/", service.create_service, name="create_service"),
                path("services/<uuid:public_id>/", service.edit_service, name="edit_service"),
                path("services/<uuid:public_id>/remove/", service.remove_service, name="remove_service"),
            ]
        ),
    ),
]
