"""The addresses of this app. All are inside the language prefix."""

from django.urls import path

from casestudies import paper_views, version_views, views
from casestudies.console import (
    attachments,
    autosave,
    begin,
    case_review,
    check,
    hand_in,
    my_review,
    numbers,
    reviews,
    write,
)
from casestudies.exchange import adaptation_views, presenting_views, question_views, research_views
from casestudies.files import attachment_views
from casestudies.keeping import list_views, saved_search_views
from casestudies.open_data import bulk_views, feed_views

urlpatterns = [
    path("cases/open-data/", bulk_views.open_data, name="open_data"),
    path("cases/feed.atom", feed_views.case_feed, name="case_feed"),
    path("cases/topics/<str:code>/feed.atom", feed_views.topic_case_feed, name="topic_case_feed"),
    path("agencies/<slug:slug>/cases.atom", feed_views.agency_case_feed, name="agency_case_feed"),
    path("cases/<uuid:public_id>/", views.case, name="case"),
    path("cases/<uuid:public_id>/cite.<str:style>", views.case_citation, name="case_citation"),
    path("cases/<uuid:public_id>/linkset.json", views.case_linkset, name="case_linkset"),
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
    path(
        "desk/agencies/<slug:slug>/cases/<uuid:public_id>/report/",
        begin.arrange_report,
        name="arrange_report",
    ),
    path("desk/agencies/<slug:slug>/cases/<uuid:public_id>/check/", check.check_case, name="check_case"),
    path("desk/agencies/<slug:slug>/cases/<uuid:public_id>/submit/", hand_in.submit_case, name="submit_case"),
    # files
    path(
        "cases/<uuid:public_id>/files/<uuid:file_id>/",
        attachment_views.case_attachment,
        name="case_attachment",
    ),
    path(
        "desk/agencies/<slug:slug>/cases/<uuid:public_id>/files/",
        attachments.edit_attachments,
        name="edit_attachments",
    ),
    path(
        "desk/agencies/<slug:slug>/cases/<uuid:public_id>/files/<uuid:file_id>/",
        attachments.change_attachment,
        name="change_attachment",
    ),
    # versions and withdrawal
    path("cases/<uuid:public_id>/v<int:version>/", version_views.case_version, name="case_version"),
    path("cases/<uuid:public_id>/v<int:version>/changes/", version_views.case_changes, name="case_changes"),
    path(
        "desk/agencies/<slug:slug>/cases/<uuid:public_id>/withdraw/",
        version_views.withdraw_case,
        name="withdraw_case",
    ),
    # to take along
    path("cases/<uuid:public_id>/text.<str:style>", paper_views.case_paper, name="case_paper"),
    path(
        "cases/<uuid:public_id>/v<int:version>/text.<str:style>",
        paper_views.case_version_paper,
        name="case_version_paper",
    ),
    path(
        "desk/agencies/<slug:slug>/cases/<uuid:public_id>/draft.<str:style>",
        paper_views.draft_paper,
        name="draft_paper",
    ),
    # review: editors, reviewers, authors
    path("desk/reviews/", reviews.review_queue, name="review_queue"),
    path("desk/reviews/<uuid:public_id>/", reviews.review_round, name="review_round"),
    path("desk/reviews/<uuid:public_id>/text/", reviews.review_round_text, name="review_round_text"),
    path("desk/reviewers/", reviews.reviewer_list, name="reviewers"),
    path("desk/reviewers/<uuid:public_id>/", reviews.edit_reviewer, name="edit_reviewer"),
    path("desk/my-reviews/<uuid:public_id>/", my_review.my_review, name="my_review"),
    path("desk/my-reviews/<uuid:public_id>/autosave/", my_review.autosave_review, name="autosave_review"),
    path("desk/my-reviews/<uuid:public_id>/text/", my_review.my_review_text, name="my_review_text"),
    path(
        "desk/agencies/<slug:slug>/cases/<uuid:public_id>/review/",
        case_review.case_review,
        name="case_review",
    ),
    # adaptations
    path("adaptations/<uuid:public_id>/", adaptation_views.adaptation, name="adaptation"),
    path("adaptations/<uuid:public_id>/hide/", adaptation_views.hide_adaptation, name="hide_adaptation"),
    path(
        "desk/agencies/<slug:slug>/adaptations/<uuid:public_id>/act/",
        adaptation_views.act_on_adaptation,
        name="act_on_adaptation",
    ),
    path("desk/agencies/<slug:slug>/adapt/<uuid:public_id>/", adaptation_views.adapt_case, name="adapt_case"),
    path(
        "desk/agencies/<slug:slug>/adaptations/<uuid:public_id>/",
        adaptation_views.edit_adaptation,
        name="edit_adaptation",
    ),
    # questions to the authors
    path("cases/<uuid:public_id>/ask/", question_views.ask_case, name="ask_case"),
    path("cases/questions/", question_views.my_questions, name="my_questions"),
    path("cases/questions/<uuid:public_id>/", question_views.case_question, name="case_question"),
    path("cases/questions/<uuid:public_id>/hide/", question_views.hide_question, name="hide_question"),
    path("desk/agencies/<slug:slug>/questions/", question_views.case_questions, name="case_questions"),
    # where it was presented
    path(
        "desk/agencies/<slug:slug>/cases/<uuid:public_id>/presented/",
        presenting_views.edit_presented,
        name="edit_presented",
    ),
    path("desk/agencies/<slug:slug>/presented/", presenting_views.presented_here, name="presented_here"),
    # looking for a research partner
    path("cases/research/", research_views.research_interests, name="research_interests"),
    path("cases/research/<uuid:public_id>/", research_views.research_interest, name="research_interest"),
    path("desk/agencies/<slug:slug>/research/", research_views.agency_research, name="agency_research"),
    path(
        "desk/agencies/<slug:slug>/research/new/",
        research_views.create_research_interest,
        name="create_research_interest",
    ),
    path(
        "desk/agencies/<slug:slug>/research/<uuid:public_id>/",
        research_views.edit_research_interest,
        name="edit_research_interest",
    ),
    # reading lists and notes
    path("cases/<uuid:public_id>/keep/", list_views.keep_case, name="keep_case"),
    path("cases/<uuid:public_id>/note/", list_views.write_note, name="write_note"),
    path("cases/notes/", list_views.case_notes, name="case_notes"),
    path("cases/lists/", list_views.public_lists, name="public_lists"),
    path("cases/lists/mine/", list_views.reading_lists, name="reading_lists"),
    path("cases/lists/shared/<str:secret>/", list_views.shared_list, name="shared_list"),
    path(
        "cases/lists/shared/<str:secret>/cite.<str:style>",
        list_views.shared_citations,
        name="shared_citations",
    ),
    path("cases/lists/<uuid:public_id>/", list_views.show_list, name="reading_list"),
    path("cases/lists/<uuid:public_id>/edit/", list_views.edit_list, name="edit_list"),
    path("cases/lists/<uuid:public_id>/act/", list_views.act_on_list, name="act_on_list"),
    path("cases/lists/<uuid:public_id>/entries/", list_views.act_on_entry, name="act_on_entry"),
    path("cases/lists/<uuid:public_id>/copy/", list_views.copy_list, name="copy_list"),
    path("cases/lists/<uuid:public_id>/cite.<str:style>", list_views.list_citations, name="list_citations"),
    # how often cases are used
    path("desk/agencies/<slug:slug>/cases/numbers/", numbers.case_numbers, name="case_numbers"),
    path("desk/agencies/<slug:slug>/cases/numbers.csv", numbers.case_numbers_csv, name="case_numbers_csv"),
    # saved searches
    path("cases/searches/", saved_search_views.saved_searches, name="saved_searches"),
    path("cases/searches/save/", saved_search_views.save_search, name="save_search"),
    path("cases/searches/<uuid:public_id>/", saved_search_views.edit_search, name="saved_search"),
    path("cases/searches/feed/<str:secret>/cases.atom", saved_search_views.search_feed, name="search_feed"),
    path("cases/searches/stop/<str:secret>/", saved_search_views.stop_searches, name="stop_searches"),
]
