"""Reading lists: one's own, one that others may read, and the buttons that fill them."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from casestudies.forms.keeping import ListForm, NewListForm
from casestudies.keeping import list_citation, reading_list
from casestudies.models import CaseStudy, ReadingList
from casestudies.usage import counting
from portal.visit import Visit

PAGE_SIZE = 20
NOTE_MAX = 1000


# -- Filling ----------------------------------------------------------------------------------------------------------


@login_required
def keep_case(request, public_id):
    """Put a case into a list with one press; `list` names one, `title` begins one. Who only looks is led to the case."""
    case = get_object_or_404(CaseStudy.objects.published(), public_id=public_id)
    if request.method != "POST":
        return redirect(case)
    try:
        if title := words(request.POST.get("title", ""), 80):
            into = reading_list.make(request.user, title=title)
        else:
            into = chosen_list(request)
        entry, is_new = reading_list.keep(case, by=request.user, into=into)
    except reading_list.ListError as refusal:
        messages.error(request, str(refusal))
        return back(request, case)
    said = _("Kept in “%(title)s”.") if is_new else _("It is in “%(title)s” already.")
    messages.success(request, said % {"title": entry.reading_list.title})
    return back(request, case)


def chosen_list(request) -> ReadingList | None:
    """The list that the form names; none if it names none. Another's is not there."""
    if not (named := request.POST.get("list", "")):
        return None
    try:
        public_id = UUID(named)
    except ValueError:
        raise Http404 from None
    return get_object_or_404(request.user.reading_lists, public_id=public_id)


@login_required
def write_note(request, public_id):
    """Keep my own note on a case. Who only looks is led to the case."""
    mine = request.user.case_notes.values("case")  # also of what is withdrawn: one's own words can be removed
    seen = CaseStudy.objects.visible_to(request.user).values("pk")
    case = get_object_or_404(CaseStudy.objects.filter(Q(pk__in=seen) | Q(pk__in=mine)), public_id=public_id)
    if request.method == "POST":
        note = reading_list.write_note(case, by=request.user, text=words(request.POST.get("text", ""), 4000))
        messages.success(request, _("Your note is kept.") if note else _("Your note is removed."))
        return back(request, case)
    return redirect(case)


def words(text: str, most: int) -> str:
    """What was typed, without what no database keeps, and not longer than its field."""
    text = text.replace("\x00", "").encode("utf-8", "ignore").decode()
    return text.strip()[:most]


def back(request, otherwise):
    """To the page that the button was on."""
    target = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        return redirect(target)
    return redirect(otherwise)


# -- One's own --------------------------------------------------------------------------------------------------------


@never_cache
@login_required
def reading_lists(request):
    """My lists, and beginning a new one."""
    form = NewListForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            return redirect(reading_list.make(request.user, title=form.cleaned_data["title"]))
        except reading_list.ListError as refusal:
            form.add_error("title", str(refusal))
    context = {"lists": reading_list.with_numbers(request.user.reading_lists.all()), "form": form}
    return render(request, "casestudies/reading_lists.html", context)


@never_cache
@login_required
def case_notes(request):
    """My notes. A note on a case that I may no longer see stays mine; the case itself is then not named."""
    notes = request.user.case_notes.select_related("case__agency")
    page = Paginator(notes, PAGE_SIZE).get_page(request.GET.get("page"))
    keys = [note.case_id for note in page]
    seen = set(CaseStudy.objects.visible_to(request.user).filter(pk__in=keys).values_list("pk", flat=True))
    for note in page:
        note.is_open = note.case_id in seen
        note.is_withdrawn = reading_list.is_withdrawn(note.case)
    return render(request, "casestudies/case_notes.html", {"notes": page})


@never_cache
@login_required
def edit_list(request, public_id):
    """What a list is called and who sees it; its link."""
    mine = get_object_or_404(request.user.reading_lists, public_id=public_id)
    form = ListForm(request.POST or None, instance=mine, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            reading_list.change(mine, by=request.user, **form.cleaned_data)
        except reading_list.ListError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Your list is saved."))
            return redirect("edit_list", mine.public_id) if mine.share_key else redirect(mine)
    mine.refresh_from_db()  # a refused form has already written into it
    return keep_secret(render(request, "casestudies/edit_list.html", {"list": mine, "form": form}))


@login_required
@require_POST
def act_on_list(request, public_id):
    """The buttons of a whole list: another link, or away with it."""
    mine = get_object_or_404(request.user.reading_lists, public_id=public_id)
    action = request.POST.get("action")
    try:
        if action == "remove":
            reading_list.remove(mine, by=request.user)
            messages.success(request, _("“%(title)s” is removed.") % {"title": mine.title})
            return redirect("reading_lists")
        if action == "renew":
            reading_list.renew_link(mine, by=request.user)
            messages.success(request, _("The list has a new link. The old one leads nowhere now."))
    except reading_list.ListError as refusal:
        messages.error(request, str(refusal))
    return redirect("edit_list", mine.public_id)


@login_required
@require_POST
def act_on_entry(request, public_id):
    """The buttons of one entry: up, down, out, and what is noted about it."""
    mine = get_object_or_404(request.user.reading_lists, public_id=public_id)
    number = request.POST.get("entry", "")
    entry = get_object_or_404(
        mine.entries.select_related("reading_list"),
        pk=int(number) if number.isascii() and number.isdigit() and len(number) < 19 else 0,
    )
    match request.POST.get("action"):
        case "up":
            reading_list.move(entry, by=request.user, steps=-1)
        case "down":
            reading_list.move(entry, by=request.user, steps=1)
        case "note":
            note = words(request.POST.get("note", ""), NOTE_MAX)
            reading_list.annotate(entry, by=request.user, note=note)
        case "out":
            reading_list.take_out(entry, by=request.user)
            return redirect(mine)
    return redirect(f"{mine.get_absolute_url()}#entry-{entry.pk}")


# -- For others -------------------------------------------------------------------------------------------------------


@require_safe
def public_lists(request):
    """The lists that their owners show to everybody, the last changed first."""
    lists = reading_list.with_numbers(ReadingList.objects.public()).filter(number__gt=0)
    page = Paginator(lists, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "casestudies/public_lists.html", {"lists": page})


@require_safe
def show_list(request, public_id):
    """A public list, or one's own."""
    lists = ReadingList.objects.visible_to(request.user).select_related("owner", "agency")
    return page_of(request, get_object_or_404(lists, public_id=public_id))


@require_safe
def shared_list(request, secret):
    """A list for whoever has its link."""
    lists = ReadingList.objects.shared_by(secret).select_related("owner", "agency")
    return keep_secret(page_of(request, get_object_or_404(lists), secret=secret))


def page_of(request, shown: ReadingList, secret: str = "") -> HttpResponse:
    entries, hidden = reading_list.entries_of(shown)
    is_mine = request.user == shown.owner and not secret
    live = [entry.case for entry in entries if entry.case.live]
    name, where = ("shared_citations", secret) if secret else ("list_citations", shown.public_id)
    context = {
        "list": shown,
        "shown": entries,
        "hidden": hidden if is_mine else [],
        "is_mine": is_mine,
        "is_public": shown.audience == ReadingList.Audience.PUBLIC,
        "minutes": sum(case.reading_minutes for case in live),
        "number": len(live),
        "files": [
            (label, reverse(name, args=[where, style]))
            for label, style in (
                ("GB/T 7714", "txt"),
                ("BibTeX", "bib"),
                ("RIS", "ris"),
                ("CSL-JSON", "json"),
            )
        ],
        "kept_cases": reading_list.kept_by(request.user, [case.pk for case in live]) if not is_mine else None,
    }
    return render(request, "casestudies/reading_list.html", context)


@login_required
@require_POST
def copy_list(request, public_id):
    """Make a public list one's own."""
    source = get_object_or_404(ReadingList.objects.visible_to(request.user), public_id=public_id)
    try:
        mine = reading_list.copy(source, by=request.user)
    except reading_list.ListError as refusal:
        messages.error(request, str(refusal))
        return redirect(source)
    messages.success(request, _("The list is yours now, and private. Change it as you like."))
    return redirect(mine)


@require_safe
def list_citations(request, public_id, style):
    """The citations of a public list, or of one's own, as a file."""
    lists = ReadingList.objects.visible_to(request.user)
    return citations_of(request, get_object_or_404(lists, public_id=public_id), style)


@require_safe
def shared_citations(request, secret, style):
    """The citations of a list shared by link."""
    return keep_secret(citations_of(request, get_object_or_404(ReadingList.objects.shared_by(secret)), style))


def citations_of(request, shown: ReadingList, style: str) -> HttpResponse:
    if style not in list_citation.STYLES:
        raise Http404
    entries, _hidden = reading_list.entries_of(shown)
    cases = [entry.case for entry in entries if entry.case.live]
    counting.count_all(cases, counting.Kind.CITATION, Visit.of(request))
    name = f"tongxing-list-{str(shown.public_id)[:8]}.{style}"
    return HttpResponse(
        list_citation.render(cases, style),
        content_type=list_citation.STYLES[style],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def keep_secret(response: HttpResponse) -> HttpResponse:
    """For a page whose address opens something: told to no other site, found by no search engine."""
    response["Referrer-Policy"] = "same-origin"
    response["X-Robots-Tag"] = "noindex"
    if not response.has_header("Cache-Control"):
        patch_cache_control(response, private=True, no_cache=True)
    return response
