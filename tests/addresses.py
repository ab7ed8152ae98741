"""The portal's addresses, read from the URL configuration, so that no test of all of them forgets one."""

from itertools import product
from uuid import UUID

from django.urls import URLResolver, get_resolver, reverse

#: Not ours: Wagtail's admin and its file views have tests of their own makers.
FOREIGN = ("admin/", "^admin/", "media/", "_util/")


def ours(patterns=None, prefix="", outer=()):
    """Pairs of name and names of the arguments, one for each of our addresses."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = prefix + str(pattern.pattern)
        if route.startswith(FOREIGN):
            continue
        arguments = (*outer, *(pattern.pattern.converters or pattern.pattern.regex.groupindex))
        if isinstance(pattern, URLResolver):
            yield from ours(pattern.url_patterns, route, arguments)
        elif pattern.name:
            yield pattern.name, arguments


ADDRESSES = dict(sorted(set(ours())))
#: Wagtail's pages have no arguments that could be listed.
PLACES = ["/agencies/", "/en/events/", "/cases/"]


def addresses(name: str, arguments: dict[str, list]) -> list[str]:
    """The address with every example of its arguments, whether they belong together or not."""
    if name == "wagtail_serve":
        return PLACES
    values = product(*(arguments[argument] for argument in ADDRESSES[name]))
    return [reverse(name, kwargs=dict(zip(ADDRESSES[name], some, strict=True))) for some in values]


#: What a form must say before it is more than a refusal. An address that is not here is sent an empty form.
BODIES: dict[str, dict] = {
    "act_on_membership": {"action": "suspend"},
    "act_on_invitation": {"action": "revoke"},
    "answer_transfer": {"answer": "decline"},
    "autosave_case": {"seen": "{}"},
}


def body_for(name: str, world: dict) -> dict:
    """What a form at this address must say, which for some is known only in the world of examples."""
    return world["bodies"].get(name) or BODIES.get(name, {})


EVENTS = ["draft event", "event"]
DRAFTS = ["draft", "case", "submitted"]
LISTS = ["public list", "shared list"]
#: Of which things each address speaks, under the names that `one_of_everything` gives them. Where the address takes
#: several arguments there is a + between the names; an agency's slug goes without saying.
EXAMPLES: dict[str, list[str]] = {
    "account_reset_password_from_key": ["nobody + set-password"],
    "act_on_adaptation": ["adaptation"],
    "act_on_certificate": ["event + registration", "event + guest"],
    "act_on_entry": ["public list"],
    "act_on_invitation": ["invitation"],
    "act_on_list": LISTS,
    "act_on_membership": ["membership"],
    "adapt_case": ["case"],
    "adaptation": ["adaptation"],
    "add_person": EVENTS,
    "agency_version": ["version"],
    "answer_co_hosting": ["co-hosting"],
    "answer_invitation": ["invitation"],
    "answer_partnership": ["partnership"],
    "answer_questions": ["event"],
    "answer_transfer": ["transfer"],
    "answers": EVENTS,
    "arrange_report": DRAFTS,
    "ask_case": ["case"],
    "assign_log_row": ["event + log row"],
    "autosave_case": DRAFTS,
    "autosave_review": ["review"],
    "cancel_event": EVENTS,
    "cancel_registration": ["event"],
    "case": DRAFTS,
    "case_attachment": ["draft + draft", "case + published"],
    "case_changes": ["case + second"],
    "case_citation": ["case + bib"],
    "case_linkset": ["case"],
    "case_paper": ["case + docx", "case + pdf"],
    "case_question": ["open question", "answered question"],
    "case_review": ["submitted"],
    "case_version": ["case + first", "case + second"],
    "case_version_paper": [
        "case + first + docx",
        "case + first + pdf",
        "case + second + docx",
        "case + second + pdf",
    ],
    "certificate_pdf": ["certificate"],
    "certificates_zip": EVENTS,
    "change_attachment": ["draft + draft", "case + published"],
    "change_material": ["material"],
    "change_seats": ["event + pool"],
    "check_case": DRAFTS,
    "check_certificate": ["certificate"],
    "check_in": EVENTS,
    "check_in_by_code": EVENTS,
    "check_in_people": EVENTS,
    "check_in_person": ["event + registration", "event + guest"],
    "check_in_sync": EVENTS,
    "check_in_worker": EVENTS,
    "copy_event": EVENTS,
    "copy_list": LISTS,
    "correct_hours": ["event + registration", "event + guest"],
    "decide_join_request": ["join request"],
    "decide_registration": ["event + registration", "event + guest"],
    "directory_file": ["csv", "xlsx"],
    "draft_paper": [
        "draft + docx",
        "draft + pdf",
        "case + docx",
        "case + pdf",
        "submitted + docx",
        "submitted + pdf",
    ],
    "edit_adaptation": ["adaptation"],
    "edit_attachments": DRAFTS,
    "edit_case": DRAFTS,
    "edit_event": EVENTS,
    "edit_letters": EVENTS,
    "edit_list": LISTS,
    "edit_location": ["location"],
    "edit_materials": EVENTS,
    "edit_presented": ["case"],
    "edit_questions": EVENTS,
    "edit_research_interest": ["research interest"],
    "edit_reviewer": ["reviewer"],
    "edit_series": ["series"],
    "edit_service": ["service"],
    "end_partnership": ["partnership"],
    "event": EVENTS,
    "event_hours": EVENTS,
    "event_ics": ["event"],
    "event_numbers": EVENTS,
    "evidence": ["evidence"],
    "feedback_results": EVENTS,
    "give_feedback": ["event"],
    "go_ahead": EVENTS,
    "grant_hours": EVENTS,
    "hide_adaptation": ["adaptation"],
    "hide_question": ["answered question"],
    "hsds_division": ["dongguan"],
    "hsds_organization": ["agency"],
    "hsds_service": ["service"],
    "hsds_service_at_location": ["service at location"],
    "hsds_taxonomy": ["taxonomy"],
    "hsds_taxonomy_term": ["term"],
    "invitation": ["invitation"],
    "issue_certificates": EVENTS,
    "keep_case": ["case"],
    "list_citations": ["public list + bib", "shared list + bib"],
    "material": ["material"],
    "meeting_log": EVENTS,
    "messages": EVENTS,
    "mfa_edit_webauthn": ["passkey"],
    "mfa_remove_webauthn": ["passkey"],
    "my_review": ["review"],
    "my_review_text": ["review"],
    "name_certificate": ["event"],
    "name_on_certificate": ["place"],
    "nominate": ["event"],
    "nominate_for": ["event"],
    "nominee": ["event + guest"],
    "note_everybody": EVENTS,
    "personal_feed": ["calendar"],
    "open_guest_data": ["guest link"],
    "place": ["place"],
    "place_certificate": ["place"],
    "place_feedback": ["place"],
    "place_material": ["place + material"],
    "preview_case": DRAFTS,
    "publish_event": EVENTS,
    "reading_list": LISTS,
    "register": EVENTS,
    "remove_location": ["location"],
    "remove_series": ["series"],
    "remove_service": ["service"],
    "research_interest": ["research interest"],
    "restore_version": ["version"],
    "review_round": ["round"],
    "review_round_text": ["round"],
    "revoke_verification": ["verification"],
    "roster": EVENTS,
    "roster_file": ["draft event + csv", "draft event + xlsx", "event + csv", "event + xlsx"],
    "saved_search": ["saved search"],
    "search_feed": ["search feed"],
    "series": ["series"],
    "series_feed": ["series"],
    "session_ics": ["event + session"],
    "set_certificate_share": EVENTS,
    "shared_citations": ["shared list + bib"],
    "shared_list": ["shared list"],
    "signature_list": EVENTS,
    "sitemap": ["case", "agency", "event", "page"],
    "staff_application": ["application"],
    "stop_searches": ["stop"],
    "submit_case": DRAFTS,
    "swap_nominee": ["event + guest"],
    "take_back_recommendation": ["recommendation"],
    "ticket": ["event"],
    "ticket_worker": ["event"],
    "topic_case_feed": ["children"],
    "withdraw_application": ["application"],
    "withdraw_case": ["case"],
    "withdraw_join_request": ["join request"],
    "withdraw_nominee": ["event + guest"],
    "withdraw_partnership": ["partnership"],
    "withdraw_transfer": ["transfer"],
    "write_note": DRAFTS,
}
#: For each argument what nothing has, and what is no such argument at all.
NOTHING: dict[str, list] = {
    "slug": ["no-such-agency"],
    "public_id": [UUID(int=7)],
    "token": ["x" * 43, "流\u202e"],
    "pk": [2**62],
    "version": [10**30],
    "secret": ["x" * 43, "流\u202e"],
    "ical_uid": [UUID(int=7)],
    "style": ["exe"],
    "registration_id": [UUID(int=7)],
    "number": ["22222-22222", "流" * 200],
    "code": ["svc:none", "流\u202e"],
    "section": ["nothing"],
    "file_id": [UUID(int=7)],
    "division": ["0"],
}


def named(name: str) -> list[dict[str, str]]:
    """For each example of an address what its arguments are called in the world of examples."""
    arguments = [argument for argument in ADDRESSES[name] if argument != "slug"]
    if not arguments:
        return [{}]
    assert name in EXAMPLES, (
        f'Write into EXAMPLES of tests/addresses.py what {name} speaks of: "{name}": ["{" + ".join(arguments)}"]'
    )
    return [dict(zip(arguments, example.split(" + "), strict=True)) for example in EXAMPLES[name]]


def leading(world: dict, name: str) -> list[str]:
    """Where this address leads to something, for whoever may see it."""
    if name == "wagtail_serve":
        return PLACES
    return [reverse(name, kwargs=values(world, name, example)) for example in named(name)]


def leading_nowhere(world: dict, name: str) -> list[str]:
    """Where this address leads nowhere: one argument after the other is nothing's, or something's of another kind."""
    if name == "wagtail_serve":
        return ["/no-such-place/"]
    examples = named(name)
    right = values(world, name, examples[0])
    wrong = []
    for argument in ADDRESSES[name]:
        others = world["arguments"][argument].keys() - {
            example.get(argument, "agency") for example in examples
        }
        foreign = [world["arguments"][argument][min(others)]] if others else []
        wrong += [{**right, argument: value} for value in [*NOTHING.get(argument, []), *foreign]]
    return [reverse(name, kwargs=example) for example in wrong]


def values(world: dict, name: str, example: dict[str, str]) -> dict:
    """The arguments of an address whose things have these names."""
    return {
        argument: world["arguments"][argument][example.get(argument, "agency")]
        for argument in ADDRESSES[name]
    }
