"""Saving while somebody writes: the browser sends the form in the background, and keeps it until it is here."""

from django.contrib.auth.decorators import login_required
from django.http import JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from casestudies.console.access import own_case
from casestudies.forms import AuthorsFormSet, CaseForm
from casestudies.models import CaseStudy
from casestudies.permissions import can_lead_case
from casestudies.writing import authoring, completeness, draft_merge, parallel


@login_required
@require_POST
def autosave_case(request, slug, public_id):
    """Save what of the form can be saved, and say so in JSON.

    `unchanged` names the sections that were left out because nobody touched them. The answer has `state` (saved, both,
    review), `at`, what the form carries from now on (`seen`, `began_from`), `refused` fields with sentences, and for
    each unit that two changed at once both texts. A unit of `both` keeps its old fingerprint: it is asked again until
    the writer decides.
    """
    case = own_case(request, slug, public_id)
    draft = authoring.draft_of(case)
    form = CaseForm(request.POST, instance=draft, is_led=can_lead_case(request.user, case))
    authors = AuthorsFormSet(request.POST, case=draft)
    form.is_valid()
    left_out = set(request.POST.get("unchanged", "").split(","))
    changes = {name: value for name, value in form.changes().items() if name not in left_out}
    if authors.is_valid():
        changes["authors"] = authors.authors()
    saw = form.cleaned_data.get("seen")
    if saw is None:
        return JsonResponse({"state": "refused", "sentence": _("Load this page again.")}, status=400)
    answer: dict = {"state": "saved", "both": []}
    try:
        authoring.save_draft(case, by=request.user, seen=saw, is_autosave=True, **changes)
    except authoring.Overtaken as refusal:
        answer["state"] = "both"
        answer["both"] = [
            {
                "field": unit,
                "label": str(draft_merge.label_of(unit)),
                "mine": parallel.in_words(changes, unit),
                "theirs": parallel.in_words(
                    {name: draft_merge.value_of(refusal.draft, name) for name in draft_merge.names_of(unit)},
                    unit,
                ),
                "theirs_html": getattr(refusal.draft, unit) if unit in CaseStudy.SECTIONS else "",
                "seen": draft_merge.seen(refusal.draft)[unit],
            }
            for unit in refusal.both
        ]
    except authoring.InReview as refusal:
        return JsonResponse({"state": "review", "sentence": str(refusal)}, status=409)
    newest = authoring.draft_of(case)
    mine = draft_merge.seen_after(newest, saw, changes, both={one["field"] for one in answer["both"]})
    answer |= {
        "at": timezone.localtime().strftime("%H:%M"),
        "began_from": newest.latest_revision_id,
        "seen": mine,
        "refused": {
            name: [str(one) for one in errors] for name, errors in form.errors.items() if name not in left_out
        },
        "missing": authoring.missing(newest),
        "percent": completeness.of(newest).percent,
    }
    return JsonResponse(answer, headers={"Cache-Control": "no-store"})


def draft_key(user, case: CaseStudy) -> str:
    """Under which name a browser keeps what it could not send: one for each case and person."""
    return f"case-draft:{case.public_id}:{user.pk}"


def writing_words() -> dict[str, str]:
    """What the page says while somebody writes."""
    return {
        "saved": _("Saved {time}"),
        "saving": _("Saving …"),
        "kept": _("Kept on this device since {time}. It is sent when the connection is back."),
        "lost": _("Not saved: this browser keeps nothing. Save before you leave."),
        "waiting": _("Not saved yet"),
        "both": _("Somebody else changed the same part. Compare both below."),
        "review": _("The reviewers have this text now. What you wrote since is kept on this device."),
        "signed_out": _("You are signed out. What you wrote is kept on this device: sign in and come back."),
        "restored": _("Words from {time} that were not sent yet are back in the form."),
        "theirs": _("Saved by somebody else"),
        "mine": _("Your words"),
        "keep_mine": _("Keep mine"),
        "take_theirs": _("Take theirs"),
        "bold": _("Bold"),
        "italic": _("Italic"),
        "heading": _("Heading"),
        "subheading": _("Subheading"),
        "paragraph": _("Paragraph"),
        "bullets": _("List"),
        "numbers": _("Numbered list"),
        "quote": _("Quotation"),
        "link": _("Link"),
        "link_ask": _("Address of the link (https://…)"),
    }
