"""Searches of the library that people keep, and how they hear of what is new: by mail or through a feed of their own.

New is what was published for the first time after the search was saved (or mail was asked for) and was not announced
to this person before, by whatever search. So a run that comes late, twice, or finds the search engine away loses
nothing and repeats nothing: what was not looked through is looked through the next time.
"""

import logging
import re
from collections import defaultdict
from datetime import date, datetime, timedelta
from urllib.parse import parse_qs
from uuid import UUID, uuid4

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import override

from casestudies import library
from casestudies.models import AnnouncedCase, CaseStudy, SavedSearch
from casestudies.open_data import citation
from orgs.models import Division, User
from portal import mail
from portal.models import Topic
from portal.templatetags.portal import place

MOST_SEARCHES = 50
SHOWN_IN_MAIL = 10
SHOWN_IN_FEED = 50
FEED_SIGNER = Signer(salt="casestudies.keeping.saved_search.feed", sep=".")
STOP_SIGNER = Signer(salt="casestudies.keeping.saved_search.stop", sep=".")
logger = logging.getLogger(__name__)


class SearchError(Exception):
    """What cannot be done with a saved search, in a sentence for people."""


class SearchIsAway(Exception):
    """The engine does not answer now: ask again later."""


# -- Saving -----------------------------------------------------------------------------------------------------------


def suggested_name(query) -> str:
    """What a search is about, in words of the language of the page."""
    asked: dict[str, list[str]] = defaultdict(list)
    for name, value in library.asked(query):
        asked[name].append(value)
    codes = [code for name in library.VOCABULARIES for code in asked[name]]
    names = {topic.code: str(topic.name) for topic in Topic.objects.filter(code__in=codes)}
    parts = asked["q"] + [names[code] for code in codes if code in names]
    if asked["place"]:
        places = Division.objects.current().filter(code__in=asked["place"]).order_by("code")
        parts += [str(division.name) for division in places]
    parts += [str(CaseStudy.Kind(kind).label) for kind in asked["kind"]]
    parts += [str(CaseStudy.Evidence(int(level)).label) for level in asked["evidence"]]
    parts += asked["year"]
    return " · ".join(parts)[:80] or _("All case studies")


@transaction.atomic
def save(user: User, query, *, name: str, delivery: str, at: datetime | None = None) -> SavedSearch:
    """Keep a search: the parameters of the library's address that narrow it down. Raises SearchError.

    Who keeps the same search again renames it and changes how they hear of it.
    """
    User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    at, asked = at or timezone.now(), urlencode(library.asked(query))
    if len(asked) > SavedSearch._meta.get_field("query").max_length:
        raise SearchError(_("This search is too long to be saved."))
    if there := user.saved_searches.filter(query=asked).first():
        return change(there, by=user, name=name, delivery=delivery, at=at)
    if user.saved_searches.count() >= MOST_SEARCHES:
        raise SearchError(
            _("You have %(number)d saved searches already. Remove one first.") % {"number": MOST_SEARCHES}
        )
    return user.saved_searches.create(
        query=asked,
        name=name.strip()[:80] or suggested_name(query),
        delivery=delivery,
        saved_at=at,
        since=at,
        looked_on=timezone.localdate(at),
    )


def change(
    search: SavedSearch, *, by: User, name: str, delivery: str, at: datetime | None = None
) -> SavedSearch:
    """Rename a search or hear of it in another way. Who asks for mail only now is told of what is new from now on."""
    own(search, by)
    at = at or timezone.now()
    if delivery in SavedSearch.BY_MAIL and search.delivery not in SavedSearch.BY_MAIL:
        search.since, search.looked_on = at, timezone.localdate(at)
    search.name, search.delivery = name.strip()[:80] or search.name, delivery
    search.save()
    return search


def remove(search: SavedSearch, *, by: User) -> None:
    own(search, by)
    search.delete()


def own(search: SavedSearch, by: User) -> None:
    if search.user_id != by.pk:
        raise SearchError(_("This is not your search."))


def url_of(search: SavedSearch) -> str:
    """The address in the library, in the language of the page."""
    return place("cases") + (f"?{search.query}" if search.query else "")


# -- Mail -------------------------------------------------------------------------------------------------------------


def due(on: date):
    """The searches by mail that were not looked through for this day, or this week, whose person has an account."""
    monday = on - timedelta(days=on.weekday())
    daily = Q(delivery=SavedSearch.Delivery.DAILY, looked_on__lt=on)
    weekly = Q(delivery=SavedSearch.Delivery.WEEKLY, looked_on__lt=monday)
    return SavedSearch.objects.filter(daily | weekly, user__is_active=True)


def announce(on: date) -> list[str]:
    """Write to everybody who has something new, one mail for all their searches. A line says how many mails."""
    mails, errors = 0, []
    for user in User.objects.filter(pk__in=due(on).values("user")).order_by("pk"):
        try:
            mails += announce_to(user, on)
        except Exception as error:
            logger.exception("Saved searches of one person could not be looked through")
            errors.append(error)
    if errors:
        raise ExceptionGroup(f"saved searches of {len(errors)} people failed", errors)
    return [f"{mails} mails about new case studies"] if mails else []


def announce_to(user: User, on: date) -> bool:
    """Look through what is due for one person and queue their mail. Returns whether there was anything to say."""
    with override(user.language):
        found = {
            search.pk: library.matches(MultiValueDict(parse_qs(search.query)))
            for search in due(on).filter(user=user)
        }
        with transaction.atomic():
            # Whoever comes second waits here, and then finds that nothing is due.
            searches = due(on).filter(user=user, pk__in=found).select_for_update(of=("self",)).order_by("pk")
            groups, told = [], set(user.announced_cases.values_list("case", flat=True))
            for search in searches:
                if (matching := found[search.pk]) is None:
                    continue  # the engine is away
                new = matching.filter(first_published_at__gt=search.since).exclude(pk__in=told)
                if cases := list(new.select_related("agency").order_by("-first_published_at", "-pk")):
                    told.update(case.pk for case in cases)
                    groups.append(group(search, cases))
                    AnnouncedCase.objects.bulk_create(AnnouncedCase(user=user, case=case) for case in cases)
                search.looked_on = on
                search.save(update_fields=["looked_on"])
            if groups:
                stop_url = settings.SITE_URL + reverse("stop_searches", args=[stop_secret(user)])
                mail.send(
                    "new_cases",
                    to=user.email,
                    language=user.language,
                    context={
                        "person": str(user),
                        "groups": groups,
                        "number": sum(one["number"] for one in groups),
                        "stop_url": stop_url,
                    },
                    stop_url=stop_url,
                    key=f"new-cases-{user.public_id}-{on}-{max(told)}",
                )
    return bool(groups)


def group(search: SavedSearch, cases: list[CaseStudy]) -> dict:
    """What the mail says of one search."""
    return {
        "name": search.name,
        "url": settings.SITE_URL + url_of(search),
        "cases": cases[:SHOWN_IN_MAIL],
        "number": len(cases),
        "more": max(0, len(cases) - SHOWN_IN_MAIL),
    }


def stop_secret(user: User) -> str:
    """The part of an address with which whoever has the mail can stop further ones."""
    return STOP_SIGNER.sign(user.public_id.hex)


def whose_mail(secret: str) -> User | None:
    """The person whose mail stops behind this part of an address, or nobody."""
    try:
        public_id = UUID(STOP_SIGNER.unsign(secret))
    except (BadSignature, ValueError):
        return None
    return User.objects.filter(public_id=public_id, is_active=True).first()


def stop(user: User) -> int:
    """No more mail about any search; the searches stay. Returns how many it stopped."""
    return user.saved_searches.by_mail().update(delivery=SavedSearch.Delivery.NONE)


# -- Feed -------------------------------------------------------------------------------------------------------------


def feed_url(search: SavedSearch) -> str:
    """The private address of the feed, in its person's language."""
    with override(search.user.language):
        secret = FEED_SIGNER.sign(search.feed_key.hex)
        return settings.SITE_URL + reverse("search_feed", args=[secret])


def renew_feed(search: SavedSearch, *, by: User) -> SavedSearch:
    """Give the feed another address; the one before leads nowhere."""
    own(search, by)
    search.feed_key = uuid4()
    search.save(update_fields=["feed_key"])
    return search


def of_feed(secret: str) -> SavedSearch | None:
    """The search whose feed stands behind this part of an address, or none."""
    try:
        key = UUID(FEED_SIGNER.unsign(secret))
    except (BadSignature, ValueError):
        return None
    kept = SavedSearch.objects.filter(feed_key=key, user__is_active=True, delivery=SavedSearch.Delivery.FEED)
    return kept.select_related("user").first()


class Feed(Atom1Feed):
    """An Atom feed (RFC 4287) that was changed when its newest entry was, so that the same cases are the same bytes."""

    def latest_post_date(self):
        return max((item["updateddate"] for item in self.items), default=self.feed["began_at"])


def feed(search: SavedSearch) -> bytes:
    """The newest cases that the search finds, in the person's language. Raises SearchIsAway."""
    with override(search.user.language):
        found = library.matches(MultiValueDict(parse_qs(search.query)))
        if found is None:
            raise SearchIsAway
        cases = found.select_related("agency").order_by("-first_published_at", "-pk")[:SHOWN_IN_FEED]
        written = Feed(
            title=in_xml(f"{search.name} · {_('Tongxing')}"),
            link=settings.SITE_URL + url_of(search),
            description="",
            language=search.user.language,
            feed_url=feed_url(search),
            feed_guid=f"urn:uuid:{search.public_id}",
            began_at=search.saved_at,
        )
        for case in cases:
            written.add_item(
                title=in_xml(case.title),
                link=citation.permanent_url(case),
                description=escape(in_xml(case.abstract)),
                unique_id=f"urn:uuid:{case.public_id}",
                author_name=in_xml(str(case.agency.name)),
                pubdate=case.first_published_at,
                updateddate=max(filter(None, (case.first_published_at, case.last_published_at))),
            )
        return written.writeString("utf-8").encode()


def in_xml(text: str) -> str:
    """The text without the control characters that XML 1.0 cannot hold."""
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", "", text)
