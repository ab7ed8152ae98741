"""The addresses of this app. All are inside the language prefix."""

from django.urls import path

from events import certificate_views, hours_views, views
from events.console import certificates, co_hosting, event, hours, roster

urlpatterns = [
    path("events/calendar.ics", views.calendar_feed, name="calendar_feed"),
    path("events/<uuid:public_id>/", views.event, name="event"),
    path("events/<uuid:public_id>/register/", views.register, name="register"),
    path(
        "events/<uuid:public_id>/cancel-registration/", views.cancel_registration, name="cancel_registration"
    ),
    path("events/<uuid:public_id>/calendar.ics", views.event_ics, name="event_ics"),
    path("v/", certificate_views.find_certificate, name="find_certificate"),
    path("v/<str:number>/", certificate_views.check_certificate, name="check_certificate"),
    path(
        "certificates/<uuid:public_id>/certificate.pdf",
        certificate_views.certificate_pdf_view,
        name="certificate_pdf",
    ),
    path(
        "events/<uuid:public_id>/certificate-name/",
        certificate_views.name_certificate,
        name="name_certificate",
    ),
    path("desk/hours/", hours_views.my_hours, name="my_hours"),
    path("desk/hours/hours.csv", hours_views.my_hours_csv, name="my_hours_csv"),
    path("desk/agencies/<slug:slug>/events/<uuid:public_id>/hours/", hours.event_hours, name="event_hours"),
    path(
        "desk/agencies/<slug:slug>/events/<uuid:public_id>/hours/grant/",
        hours.grant_hours,
        name="grant_hours",
    ),
    path(
        "desk/agencies/<slug:slug>/events/<uuid:public_id>/hours/<uuid:registration_id>/",
        hours.correct_hours,
        name="correct_hours",
    ),
    path(
        "desk/agencies/<slug:slug>/events/<uuid:public_id>/certificates/",
        certificates.issue_certificates,
        name="issue_certificates",
    ),
    path(
        "desk/agencies/<slug:slug>/events/<uuid:public_id>/certificates/share/",
        certificates.set_share,
        name="set_certificate_share",
    ),
    path(
        "desk/agencies/<slug:slug>/events/<uuid:public_id>/certificates/<uuid:registration_id>/",
        certificates.act_on_certificate,
        name="act_on_certificate",
    ),
    path(
        "desk/agencies/<slug:slug>/events/<uuid:public_id>/certificates.zip",
        certificates.certificates_zip,
        name="certificates_zip",
    ),
    path(
        "desk/agencies/<slug:slug>/co-hosting/<int:pk>/",
        co_hosting.answer_co_hosting,
        name="answer_co_hosting",
    ),
    path("desk/agencies/<slug:slug>/events/new/", event.create_event, name="create_event"),
    path("desk/agencies/<slug:slug>/events/<uuid:public_id>/", event.edit_event, name="edit_event"),
    path(
        "desk/agencies/<slug:slug>/events/<uuid:public_id>/publish/",
        event.publish_event,
        name="publish_event",
    ),
    path(
        "desk/agencies/<slug:slug>/events/<uuid:public_id>/cancel/", event.cancel_event, name="cancel_event"
    ),
    path("desk/agencies/<slug:slug>/events/<uuid:public_id>/roster/", roster.roster, name="roster"),
    path(
        "desk/agencies/<slug:slug>/events/<uuid:public_id>/roster/<uuid:registration_id>/",
        roster.decide_registration,
        name="decide_registration",
    ),
    path(
        "desk/agencies/<slug:slug>/events/<uuid:public_id>/roster.csv", roster.roster_csv, name="roster_csv"
    ),
]
