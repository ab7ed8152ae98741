"""Who works with whom, as a picture and as a table: the same public facts in both.

Two kinds of facts: partnerships, which every party has confirmed, and what agencies did together, which every record app
tells by itself (`orgs/ties.py`). Each line is drawn for a reason that the table names and links to.
"""

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from itertools import combinations

from django.core.cache import cache
from django.urls import reverse
from django.utils.translation import get_language

from orgs.models import Agency, Partnership
from orgs.network_picture import Edge, Node, Picture, css_of, finish, line_up_below, part_labels, spring, wrap
from orgs.permissions import agencies_where
from orgs.ties import Tie, TieKind, all_ties
from portal.models import Topic

LABELS = (
    60  # with more agencies than this, only the best connected are named in the picture; all are in the table
)
DRAWN = 300  # the best connected; laying out more takes longer than a reader waits
ALONE_DRAWN, ALONE_NAMED = 40, 300
KEPT_FOR = 24 * 3600


@dataclass(frozen=True)
class Together:
    """A row of the table: what the same agencies did together, with every piece of evidence, the latest first."""

    kind: TieKind
    agencies: list[Agency]
    evidence: list[Tie]


def partnerships_to_show(agency: Agency | None = None):
    """The public facts: confirmed by everybody and going on, with their parties. Those of one agency, or all."""
    partnerships = Partnership.objects.confirmed().current()
    if agency:
        partnerships = partnerships.filter(pk__in=agency.parties.values("partnership"))
    return (
        partnerships.select_related("kind").prefetch_related("parties__agency").order_by("started_on", "pk")
    )


def together(ties: Iterable[Tie], agencies: dict[int, Agency]) -> list[Together]:
    """The ties between known agencies, those of the same agencies and kind in one row; the most frequent first."""
    grouped: dict[tuple[TieKind, tuple[int, ...]], list[Tie]] = defaultdict(list)
    for tie in ties:
        known = tuple(sorted(pk for pk in tie.agencies if pk in agencies))
        if len(known) > 1:
            grouped[tie.kind, known].append(tie)
    rows = [
        Together(kind, [agencies[pk] for pk in pks], sorted(evidence, key=lambda tie: tie.on, reverse=True))
        for (kind, pks), evidence in grouped.items()
    ]
    return sorted(
        rows, key=lambda row: (-len(row.evidence), -row.evidence[0].on.toordinal(), row.evidence[0].url)
    )


def context(user) -> dict:
    """The picture of the whole network and its text twin."""
    partnerships = list(partnerships_to_show())
    ties = list(all_ties())
    named = {party.agency_id for partnership in partnerships for party in partnership.parties.all()}
    named.update(pk for tie in ties for pk in tie.agencies)
    listed = Agency.objects.listed().order_by("pk").only("slug", "legal_name", "short_name", "name_en")
    known = {agency.pk: agency for agency in listed.filter(pk__in=named)}
    rows = together(ties, known)
    linked = {party.agency_id for partnership in partnerships for party in partnership.parties.all()}
    linked.update(agency.pk for row in rows for agency in row.agencies)
    without = listed.exclude(pk__in=linked)
    alone = list(without[:ALONE_NAMED])
    shown = [known[pk] for pk in sorted(linked) if pk in known]
    # Who has no agency to propose for finds one first.
    own = agencies_where(user, "partnerships.propose").order_by("pk").first()
    picture = draw([*shown, *alone[:ALONE_DRAWN]], partnerships, rows)
    return {
        "network": picture,
        "partnerships": partnerships[::-1],
        "partnership_count": len(partnerships),
        "together": rows,
        "kinds": kinds_of(partnerships, rows),
        "agencies_alone": alone,
        "alone_left_out": without.count() - len(alone) if len(alone) == ALONE_NAMED else 0,
        "agencies_not_drawn": max(0, len(shown) - DRAWN),
        "propose_url": reverse("agency_partnerships", args=[own.slug]) if own else reverse("choose_agency"),
        "can_propose": own is not None,
    }


def around(agency: Agency, partnerships: list[Partnership], rows: list[Together] = ()) -> Picture | None:
    """The small picture on an agency's page: the agency and its partners. None when it has none."""
    partners = {
        party.agency_id: party.agency for partnership in partnerships for party in partnership.parties.all()
    }
    partners |= {partner.pk: partner for row in rows for partner in row.agencies}
    partners.pop(agency.pk, None)
    if not partners:
        return None
    picture = prepare([agency, *partners.values()], partnerships, rows)
    here, *others = picture.nodes
    here.is_here = True
    here.x = here.y = 0
    reach = 105 + 9 * max(0, len(others) - 5)
    for number, node in enumerate(others):
        angle = 2 * math.pi * number / len(others) - math.pi / 2
        node.x, node.y = 1.25 * reach * math.cos(angle), reach * math.sin(angle)
    part_labels(picture.nodes, pinned=1)
    return finish(picture)


def draw(agencies: list[Agency], partnerships: list[Partnership], rows: list[Together] = ()) -> Picture:
    """The picture of these agencies and what joins them. The costly part, the places, is kept for the same input."""
    picture = prepare(agencies, partnerships, rows)
    if len(agencies) > DRAWN:
        best = sorted(picture.nodes, key=lambda node: (-node.partners, node.agency.pk))[:DRAWN]
        kept = {node.agency.pk for node in best}
        picture = prepare([agency for agency in agencies if agency.pk in kept], partnerships, rows)
    facts = [(node.agency.pk, node.lines) for node in picture.nodes]
    facts += [(edge.start.agency.pk, edge.end.agency.pk) for edge in picture.edges]
    key = f"network:{get_language()}:{sha256(repr(facts).encode()).hexdigest()}"
    places = cache.get(key)
    if places is None:
        linked = [node for node in picture.nodes if node.partners]
        spring(linked, picture.edges)
        part_labels(linked)
        line_up_below([node for node in picture.nodes if not node.partners], linked)
        places = [(round(node.x, 1), round(node.y, 1)) for node in picture.nodes]
        cache.set(key, places, KEPT_FOR)
    for node, (x, y) in zip(picture.nodes, places, strict=True):
        node.x, node.y = x, y
    return finish(picture)


def kinds_of(partnerships: list[Partnership], rows: list[Together]) -> list[dict]:
    """The kinds that occur, for the key of the picture: partnerships first, then what arose by itself."""
    kinds: list[Topic | TieKind] = sorted(
        {partnership.kind for partnership in partnerships}, key=lambda kind: kind.position
    )
    kinds += sorted({row.kind for row in rows}, key=lambda kind: kind.code)
    return [{"name": kind.name, "css": css_of(kind), "dash": getattr(kind, "dash", "")} for kind in kinds]


def prepare(agencies: list[Agency], partnerships: list[Partnership], rows: list[Together]) -> Picture:
    """Nodes and edges without their places. What joins three joins each with each; one kind joins two by one line."""
    joined: dict[tuple[int, int, str], tuple[Topic | TieKind, int]] = {}
    partners: dict[int, set[int]] = defaultdict(set)
    known = {agency.pk for agency in agencies}
    reasons: list[tuple[set[int], Topic | TieKind, int]] = [
        ({party.agency_id for party in partnership.parties.all()}, partnership.kind, 1)
        for partnership in partnerships
    ]
    reasons += [({agency.pk for agency in row.agencies}, row.kind, len(row.evidence)) for row in rows]
    for parties, kind, weight in reasons:
        for one, other in combinations(sorted(parties & known), 2):
            before = joined.get((one, other, kind.code), (kind, 0))[1]
            joined[one, other, kind.code] = kind, before + weight
            partners[one].add(other)
            partners[other].add(one)
    best = sorted(agencies, key=lambda agency: (-len(partners[agency.pk]), agency.pk))[:LABELS]
    named = {agency.pk for agency in best}
    nodes = {
        agency.pk: Node(
            agency,
            len(partners[agency.pk]),
            round(5 + 2.6 * math.sqrt(len(partners[agency.pk])), 1),
            wrap(agency.label) if agency.pk in named else [],
        )
        for agency in agencies
    }
    edges = [
        Edge(nodes[one], nodes[other], kind, weight)
        for (one, other, _code), (kind, weight) in sorted(joined.items(), key=lambda item: item[0])
    ]
    return Picture(list(nodes.values()), edges, 0, 0)
