"""Saved searches: keeping one, changing how one hears of it, its feed, and the end of its mails."""

from hashlib import sha256

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from casestudies import library
from casestudies.forms.keeping import SavedSearchForm
from casestudies.keeping import saved_search
from casestudies.keeping.list_views import keep_secret
from casestudies.models import SavedSearch


@never_cache
@login_required
def saved_searches(request):
    """My saved searches."""
    searches = list(SavedSearch.objects.visible_to(request.user))
    for search in searches:
        search.url = saved_search.url_of(search)
    return render(request, "casestudies/saved_searches.html", {"searches": searches})


@never_cache
@login_required
def save_search(request):
    """Keep the search of the address: the library's own parameters."""
    suggested = saved_search.suggested_name(request.GET)
    form = SavedSearchForm(request.POST or None, initial={"name": suggested})
    if request.method == "POST" and form.is_valid():
        try:
            kept = saved_search.save(request.user, request.GET, **form.cleaned_data)
        except saved_search.SearchError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The search is saved."))
            if kept.delivery == SavedSearch.Delivery.FEED:
                return redirect("saved_search", kept.public_id)
            return redirect("saved_searches")
    context = {
        "form": form,
        "suggested": suggested,
        "number": library.how_many(request.GET),
        "search": None,
    }
    return render(request, "casestudies/edit_search.html", context)


@never_cache
@login_required
def edit_search(request, public_id):
    """Change a saved search, give its feed another address, or remove it."""
    searches = SavedSearch.objects.visible_to(request.user).select_related("user")
    search = get_object_or_404(searches, public_id=public_id)
    action = request.POST.get("action")
    if action == "remove":
        saved_search.remove(search, by=request.user)
        messages.success(request, _("The search is no longer saved."))
        return redirect("saved_searches")
    if action == "renew":
        saved_search.renew_feed(search, by=request.user)
        messages.success(request, _("The feed has a new address. The old one leads nowhere now."))
        return redirect("saved_search", search.public_id)
    form = SavedSearchForm(request.POST or None, instance=search)
    if request.method == "POST" and form.is_valid():
        search.refresh_from_db()  # the form has written into it, and the rule compares with what was
        saved_search.change(search, by=request.user, **form.cleaned_data)
        messages.success(request, _("The search is saved."))
        is_feed = search.delivery == SavedSearch.Delivery.FEED
        return redirect("saved_search", search.public_id) if is_feed else redirect("saved_searches")
    search.refresh_from_db()
    context = {
        "form": form,
        "search": search,
        "url": saved_search.url_of(search),
        "feed_url": saved_search.feed_url(search) if search.delivery == SavedSearch.Delivery.FEED else "",
    }
    return keep_secret(render(request, "casestudies/edit_search.html", context))


@require_safe
def search_feed(request, secret):
    """What a saved search finds, for whoever has the address. No cookie is asked for, and none is looked at."""
    search = saved_search.of_feed(secret)
    if search is None:
        raise Http404
    try:
        content = saved_search.feed(search)
    except saved_search.SearchIsAway:
        # A reader program keeps what it has; an empty feed would take it away.
        return HttpResponse(status=503, headers={"Retry-After": "600"})
    response = HttpResponse(content, content_type="application/atom+xml; charset=utf-8")
    response["ETag"] = etag = f'"{sha256(content).hexdigest()[:32]}"'
    return keep_secret(get_conditional_response(request, etag=etag, response=response))


@csrf_exempt  # a mail program has no cookie (RFC 8058); the secret in the address is what it may do
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def stop_searches(request, secret):
    """The way out of the mails, for whoever has one; nobody needs to sign in. The page itself stops nothing."""
    user = saved_search.whose_mail(secret)
    if user is None:
        raise Http404
    is_done = request.method == "POST"
    if is_done:
        saved_search.stop(user)
    return keep_secret(render(request, "casestudies/stop_searches.html", {"is_done": is_done}))
