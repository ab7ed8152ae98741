"""The addresses of this app. All are inside the language prefix."""

from django.urls import path

from events import feedback_views, ticket_views, views
from events.console import check_in, co_hosting, event, feedback, meeting_log, roster

urlpatterns = [
    path("events/calendar.ics", views.calendar_feed, name="calendar_feed"),
    path("events/<uuid:public_id>/", views.event, name="event"),
    path("events/<uuid:public_id>/register/", views.register, name="register"),
    path(
        "events/<uuid:public_id>/cancel-registration/", views.cancel_registration, name="cancel_registration"
    ),
    path("events/<uuid:public_id>/calendar.ics", views.event_ics, name="event_ics"),
    path("events/<uuid:public_id>/feedback/", feedback_views.give_feedback, name="give_feedback"),
    path("events/<uuid:public_id>/ticket/", ticket_views.ticket_page, name="ticket"),
    path("events/<uuid:public_id>/ticket/worker.js", ticket_views.ticket_worker, name="ticket_worker"),
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
    path("desk/agencies/<slug:slug>/events/<uuid:public_id>/check-in/", check_in.check_in, name="check_in"),
    path(
        "desk/agencies/<slug:slug>/events/<uuid:public_id>/check-in/code/",
        check_in.check_in_by_code,
        name="check_in_by_code",
    ),
    path(
        "desk/agencies/<slug:slug>/events/<uuid:public_id>/check-in/person/<uuid:registration_id>/",
        check_in.check_in_person,
        name="check_in_person",
    ),
    path(
        "desk/agencies/<slug:slug>/events/<uuid:public_id>/check-in/people.json",
        check_in.check_in_people,
        name="check_in_people",
    ),
    path(
        "desk/agencies/<slug:slug>/events/<uuid:public_id>/check-in/sync/",
        check_in.check_in_sync,
        name="check_in_sync",
    ),
    path(
        "desk/agencies/<slug:slug>/events/<uuid:public_id>/check-in/worker.js",
        check_in.check_in_worker,
        name="check_in_worker",
    ),
    path(
        "desk/agencies/<slug:slug>/events/<uuid:public_id>/meeting-log/",
        meeting_log.meeting_log_page,
        name="meeting_log",
    ),
    path(
        "desk/agencies/<slug:slug>/events/<uuid:public_id>/meeting-log/<int:pk>/",
        meeting_log.assign_log_row,
        name="assign_log_row",
    ),
    path(
        "desk/agencies/<slug:slug>/events/<uuid:public_id>/feedback/",
        feedback.feedback_results,
        name="feedback_results",
    ),
]
