"""The addresses of this app. All are inside the language prefix."""

from django.urls import path

from events import place_views, views
from events.afterwards import feedback_views
from events.attending import ticket_views
from events.calendars import feed_views
from events.certifying import views as certificate_views
from events.console import (
    certificates,
    check_in,
    co_hosting,
    event,
    feedback,
    hours,
    letters,
    material,
    meeting_log,
    messages,
    nomination,
    questions,
    roster,
    roster_files,
    series,
)
from events.hosting import material_views, series_views
from events.hours import views as hours_views
from events.nominating import guest_data_views

urlpatterns = [
    path("events/calendar.ics", feed_views.calendar_feed, name="calendar_feed"),
    path("events/calendars/", feed_views.calendars, name="calendars"),
    path("events/calendars/new-address/", feed_views.new_calendar_address, name="new_calendar_address"),
    path("events/calendars/mine/<str:secret>/calendar.ics", feed_views.personal_feed, name="personal_feed"),
    path("events/calendars/agencies/<slug:slug>/calendar.ics", feed_views.agency_feed, name="agency_feed"),
    path("events/<uuid:public_id>/", views.event, name="event"),
    path("events/<uuid:public_id>/register/", views.register, name="register"),
    path("events/<uuid:public_id>/answers/", views.answer_questions, name="answer_questions"),
    path(
        "events/<uuid:public_id>/cancel-registration/", views.cancel_registration, name="cancel_registration"
    ),
    path("events/<uuid:public_id>/calendar.ics", feed_views.event_ics, name="event_ics"),
    path(
        "events/<uuid:public_id>/sessions/<uuid:ical_uid>/calendar.ics",
        feed_views.session_ics,
        name="session_ics",
    ),
    path("events/<uuid:public_id>/nominate/", nomination.nominate_for, name="nominate_for"),
    path("events/guest-data/", guest_data_views.ask, name="ask_guest_data"),
    path("events/guest-data/link/<str:token>/", guest_data_views.open_link, name="open_guest_data"),
    path("events/guest-data/held/", guest_data_views.show, name="guest_data"),
    path("events/guest-data/take-along/", guest_data_views.take_along, name="take_guest_data"),
    path("events/guest-data/delete/", guest_data_views.delete, name="delete_guest_data"),
    path("events/place/<str:token>/", place_views.place, name="place"),
    path(
        "events/place/<str:token>/materials/<uuid:public_id>/",
        place_views.place_material,
        name="place_material",
    ),
    path("events/place/<str:token>/certificate.pdf", place_views.place_certificate, name="place_certificate"),
    path(
        "events/place/<str:token>/certificate-name/",
        place_views.name_on_certificate,
        name="name_on_certificate",
    ),
    path("events/place/<str:token>/feedback/", place_views.place_feedback, name="place_feedback"),
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
    path("events/<uuid:public_id>/feedback/", feedback_views.give_feedback, name="give_feedback"),
    path("events/<uuid:public_id>/ticket/", ticket_views.ticket_page, name="ticket"),
    path("events/<uuid:public_id>/ticket/worker.js", ticket_views.ticket_worker, name="ticket_worker"),
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
    path(
        "desk/agencies/<slug:slug>/events/<uuid:public_id>/questions/",
        questions.edit_questions,
        name="edit_questions",
    ),
    path("desk/agencies/<slug:slug>/events/<uuid:public_id>/answers/", questions.answers, name="answers"),
    path("materials/<uuid:public_id>/", material_views.material, name="material"),
    path(
        "desk/agencies/<slug:slug>/events/<uuid:public_id>/materials/",
        material.edit_materials,
        name="edit_materials",
    ),
    path(
        "desk/agencies/<slug:slug>/materials/<uuid:public_id>/",
        material.change_material,
        name="change_material",
    ),
    path("series/<uuid:public_id>/", series_views.series, name="series"),
    path("series/<uuid:public_id>/calendar.ics", feed_views.series_feed, name="series_feed"),
    path("desk/agencies/<slug:slug>/series/new/", series.create_series, name="create_series"),
    path("desk/agencies/<slug:slug>/series/<uuid:public_id>/", series.edit_series, name="edit_series"),
    path(
        "desk/agencies/<slug:slug>/series/<uuid:public_id>/remove/",
        series.remove_series,
        name="remove_series",
    ),
    path("desk/agencies/<slug:slug>/events/<uuid:public_id>/copy/", series.copy_event, name="copy_event"),
    path("desk/agencies/<slug:slug>/events/<uuid:public_id>/go-ahead/", event.go_ahead, name="go_ahead"),
    path(
        "desk/agencies/<slug:slug>/events/<uuid:public_id>/letters/",
        letters.edit_letters,
        name="edit_letters",
    ),
    path(
        "desk/agencies/<slug:slug>/events/<uuid:public_id>/messages/", messages.write_message, name="messages"
    ),
    path("desk/agencies/<slug:slug>/events/<uuid:public_id>/roster/", roster.roster, name="roster"),
    path(
        "desk/agencies/<slug:slug>/events/<uuid:public_id>/roster/<uuid:registration_id>/",
        roster.decide_registration,
        name="decide_registration",
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
        "desk/agencies/<slug:slug>/events/<uuid:public_id>/check-in/everybody/",
        check_in.note_everybody,
        name="note_everybody",
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
