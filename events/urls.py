"""The addresses of this app. All are inside the language prefix."""

from django.urls import path

from events import place_views, views
from events.console import co_hosting, event, nomination, roster, roster_files

urlpatterns = [
    path("events/calendar.ics", views.calendar_feed, name="calendar_feed"),
    path("events/<uuid:public_id>/", views.event, name="event"),
    path("events/<uuid:public_id>/register/", views.register, name="register"),
    path(
        "events/<uuid:public_id>/cancel-registration/", views.cancel_registration, name="cancel_registration"
    ),
    path("events/<uuid:public_id>/calendar.ics", views.event_ics, name="event_ics"),
    path("events/<uuid:public_id>/nominate/", nomination.nominate_for, name="nominate_for"),
    path("events/place/<str:token>/", place_views.place, name="place"),
    path("desk/agencies/<slug:slug>/nominations/<uuid:public_id>/", nomination.nominate, name="nominate"),
    path(
        "desk/agencies/<slug:slug>/nominations/<uuid:public_id>/<uuid:registration_id>/",
        nomination.nominee,
        name="nominee",
    ),
    path(
        "desk/agencies/<slug:slug>/nominations/<uuid:public_id>/<uuid:registration_id>/swap/",
        nomination.swap_nominee,
        name="swap_nominee",
    ),
    path(
        "desk/agencies/<slug:slug>/nominations/<uuid:public_id>/<uuid:registration_id>/withdraw/",
        nomination.withdraw_nominee,
        name="withdraw_nominee",
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
        "desk/agencies/<slug:slug>/events/<uuid:public_id>/roster.csv",
        roster_files.roster_csv,
        name="roster_csv",
    ),
    path(
        "desk/agencies/<slug:slug>/events/<uuid:public_id>/roster-file/<slug:style>/",
        roster_files.roster_file,
        name="roster_file",
    ),
    path(
        "desk/agencies/<slug:slug>/events/<uuid:public_id>/signatures/",
        roster_files.signature_list,
        name="signature_list",
    ),
    path(
        "desk/agencies/<slug:slug>/events/<uuid:public_id>/numbers/",
        roster_files.event_numbers,
        name="event_numbers",
    ),
    path(
        "desk/agencies/<slug:slug>/events/<uuid:public_id>/add-person/",
        roster.add_person,
        name="add_person",
    ),
    path(
        "desk/agencies/<slug:slug>/events/<uuid:public_id>/seats/<int:pk>/",
        roster.change_seats,
        name="change_seats",
    ),
]
