"""Harvesting by OAI-PMH: answers held against the schemas, and a harvest by a program that is not ours."""

import threading
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from lxml import etree
from sickle import Sickle
from sickle.oaiexceptions import BadResumptionToken, NoRecordsMatch

from casestudies.models import CaseAuthor, CasePartner, CaseStudy, OpenRecord
from casestudies.open_data import open_records
from casestudies.open_data.oai import harvest
from tests import factories
from tests.given import given

pytestmark = pytest.mark.django_db
OAI = "{http://www.openarchives.org/OAI/2.0/}"
BUNDLE = """<schema xmlns="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:all">
  <import namespace="http://www.openarchives.org/OAI/2.0/" schemaLocation="{oai}/OAI-PMH.xsd"/>
  <import namespace="http://www.openarchives.org/OAI/2.0/oai_dc/" schemaLocation="{oai}/oai_dc.xsd"/>
  <import namespace="http://www.openarchives.org/OAI/2.0/oai-identifier" schemaLocation="{oai}/oai-identifier.xsd"/>
  <import namespace="http://datacite.org/schema/kernel-4" schemaLocation="{datacite}/metadata.xsd"/>
</schema>"""


@pytest.fixture(scope="session")
def schema() -> etree.XMLSchema:
    """Every schema that an answer uses, together."""
    folders = {
        name: given("schemas", folder).as_uri()
        for name, folder in (("oai", "oai"), ("datacite", "datacite-4.6"))
    }
    return etree.XMLSchema(etree.fromstring(BUNDLE.format(**folders)))


def make(n=1, *, age=timedelta(days=1), **fields) -> list[CaseStudy]:
    """Published cases whose records are of that age, a second apart."""
    cases = [factories.case(**fields) for _ in range(n)]
    for number, case in enumerate(cases):
        CaseAuthor.objects.create(case=case, name="曾晓棠", orcid="0000-0002-1825-0097")
        open_records.refresh([case.pk], at=timezone.now() - age + timedelta(seconds=number))
    return cases


def ask(client, **arguments) -> etree._Element:
    answer = client.get("/oai/", {name.rstrip("_"): value for name, value in arguments.items()})
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/xml; charset=utf-8"
    return etree.fromstring(answer.content)


def error_of(root) -> str | None:
    found = root.find(f"{OAI}error")
    return found.get("code") if found is not None else None


def identifiers(root) -> list[str]:
    return [one.text.rpartition(":")[2] for one in root.iter(f"{OAI}identifier")]


def token_of(root) -> str:
    return root.findtext(f".//{OAI}resumptionToken") or ""


def stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


# -- Form -------------------------------------------------------------------------------------------------------------


def test_every_answer_keeps_to_the_schemas(client, schema, monkeypatch):
    monkeypatch.setattr(harvest, "PAGE_SIZE", 2)
    cases = (
        make(2) + make(1, licence="read-only", language="en", abstract="") + make(1, title="a\x0bb <&> 🧡")
    )
    gone = cases[0]
    gone.live = False
    gone.save()
    open_records.refresh([gone.pk], at=timezone.now() - timedelta(hours=1))
    name = f"oai:tongxing.example.org:{cases[1].public_id}"
    token = token_of(ask(client, verb="ListRecords", metadataPrefix="oai_dc"))
    assert token
    for arguments in (
        {"verb": "Identify"},
        {"verb": "ListMetadataFormats"},
        {"verb": "ListMetadataFormats", "identifier": name},
        {"verb": "ListSets"},
        {"verb": "ListSets", "resumptionToken": "x"},
        {"verb": "GetRecord", "identifier": name, "metadataPrefix": "oai_dc"},
        {"verb": "GetRecord", "identifier": name, "metadataPrefix": "oai_datacite"},
        {
            "verb": "GetRecord",
            "identifier": f"oai:tongxing.example.org:{gone.public_id}",
            "metadataPrefix": "oai_dc",
        },
        {"verb": "ListIdentifiers", "metadataPrefix": "oai_dc"},
        {"verb": "ListRecords", "metadataPrefix": "oai_dc"},
        {"verb": "ListRecords", "metadataPrefix": "oai_datacite"},
        {"verb": "ListRecords", "resumptionToken": token},
        {"verb": "ListRecords", "resumptionToken": "x"},
        {"verb": "ListRecords", "metadataPrefix": "marc21"},
        {"verb": "Nonsense"},
        {},
    ):
        schema.assertValid(ask(client, **arguments))


def test_an_empty_repository_answers_in_form_too(client, schema):
    for arguments in (
        {"verb": "Identify"},
        {"verb": "ListSets"},
        {"verb": "ListRecords", "metadataPrefix": "oai_dc"},
    ):
        schema.assertValid(ask(client, **arguments))
    assert error_of(ask(client, verb="ListRecords", metadataPrefix="oai_dc")) == "noRecordsMatch"


def test_the_same_is_answered_to_a_form_as_to_an_address(client):
    make(1)
    for arguments in ({"verb": "ListIdentifiers", "metadataPrefix": "oai_dc"}, {"verb": "ListSets"}):
        posted = client.post("/oai/", urlencode(arguments), content_type="application/x-www-form-urlencoded")
        a, b = etree.fromstring(posted.content), ask(client, **arguments)
        for root in (a, b):
            root.remove(root.find(f"{OAI}responseDate"))
        assert etree.tostring(a) == etree.tostring(b)


def test_a_long_answer_is_compressed_for_who_wants_it(client):
    make(3)
    answer = client.get(
        "/oai/?verb=ListRecords&metadataPrefix=oai_dc",
        headers={"accept-encoding": "gzip;q=1.0, identity;q=0.5"},
    )
    assert answer["Content-Encoding"] == "gzip"


WRONG = [
    ("badVerb", "", ),
    ("badVerb", "verb=Nonsense"),
    ("badVerb", "verb=Identify&verb=Identify"),
    ("badVerb", "verb=%00"),
    ("badArgument", "verb=Identify&x=1"),
    ("badArgument", "verb=Identify&%3Cscript%3E=1"),
    ("badArgument", "verb=ListRecords"),
    ("badArgument", "verb=ListRecords&metadataPrefix=oai_dc&metadataPrefix=oai_dc"),
    ("badArgument", "verb=ListRecords&metadataPrefix=%00"),
    ("badArgument", "verb=ListRecords&metadataPrefix=oai_dc&resumptionToken=x"),
    ("badArgument", "verb=ListRecords&metadataPrefix=oai_dc&set=%C3%A9"),
    ("badArgument", "verb=ListRecords&metadataPrefix=oai_dc&set=::"),
    ("badArgument", "verb=ListRecords&metadataPrefix=oai_dc&from=2026"),
    ("badArgument", "verb=ListRecords&metadataPrefix=oai_dc&from=2026-02-30"),
    ("badArgument", "verb=ListRecords&metadataPrefix=oai_dc&from=2026-01-01T00:00:00"),
    ("badArgument", "verb=ListRecords&metadataPrefix=oai_dc&from=2026-01-01&until=2026-01-01T00:00:00Z"),
    ("badArgument", "verb=ListRecords&metadataPrefix=oai_dc&from=2026-01-02&until=2026-01-01"),
    ("badArgument", "verb=GetRecord&metadataPrefix=oai_dc"),
    ("badArgument", "verb=GetRecord&metadataPrefix=oai_dc&identifier=%E6%B5%81"),
    ("idDoesNotExist", "verb=GetRecord&metadataPrefix=oai_dc&identifier=oai:tongxing.example.org:x"),
    ("idDoesNotExist", f"verb=GetRecord&metadataPrefix=oai_dc&identifier=oai:tongxing.example.org:{uuid4()}"),
    ("idDoesNotExist", "verb=ListMetadataFormats&identifier=oai:other.example.org:1"),
    ("cannotDisseminateFormat", "verb=ListRecords&metadataPrefix=marc21"),
    ("noRecordsMatch", "verb=ListRecords&metadataPrefix=oai_dc&set=population:nobody"),
    ("noRecordsMatch", "verb=ListRecords&metadataPrefix=oai_dc&from=9999-12-31&until=9999-12-31"),
    ("noRecordsMatch", "verb=ListRecords&metadataPrefix=oai_dc&until=0001-01-01"),
    ("badResumptionToken", "verb=ListRecords&resumptionToken=" + "x" * 3000),
    ("badResumptionToken", "verb=ListRecords&resumptionToken=%00"),
    ("badResumptionToken", "verb=ListSets&resumptionToken=x"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "query"), WRONG)
def test_what_is_wrong_is_said_by_the_codes_of_the_protocol(client, schema, code, query):
    make(1)
    answer = client.get(f"/oai/?{query}")
    assert answer.status_code == 200
    root = etree.fromstring(answer.content)
    assert error_of(root) == code
    schema.assertValid(root)
    if code in ("badVerb", "badArgument"):
        assert dict(root.find(f"{OAI}request").attrib) == {}


def test_the_name_of_a_record_is_the_same_only_when_it_is_written_the_same(client):
    [case] = make(1)
    for name in (str(case.public_id).upper(), case.public_id.hex, f"{{{case.public_id}}}"):
        root = ask(
            client, verb="GetRecord", metadataPrefix="oai_dc", identifier=f"oai:tongxing.example.org:{name}"
        )
        assert error_of(root) in ("idDoesNotExist", "badArgument")


# -- What is told -----------------------------------------------------------------------------------------------------


def test_only_what_is_published_is_told_and_what_was_is_deleted_at_once(client):
    shown, gone, erased = make(3)
    factories.case(live=False, title="草稿秘密")
    CaseStudy.objects.filter(pk=gone.pk).update(live=False)  # the worker has not run yet
    erased.delete()
    root = ask(client, verb="ListRecords", metadataPrefix="oai_dc")
    status = {one.findtext(f"{OAI}identifier")[-36:]: one.get("status") for one in root.iter(f"{OAI}header")}
    assert status == {
        str(shown.public_id): None,
        str(gone.public_id): "deleted",
        str(erased.public_id): "deleted",
    }
    assert gone.title not in etree.tostring(root, encoding="unicode")
    assert len(list(root.iter(f"{OAI}metadata"))) == 1


def test_a_set_holds_the_sets_below_it(client):
    a, b, _other = make(3)
    a.topics.set([factories.topic("svc:legal.1")])
    b.topics.set([factories.topic("svc:legal")])
    for one in (a, b):
        one.save()
    open_records.refresh([a.pk, b.pk], at=timezone.now() - timedelta(hours=1))
    listed = lambda spec: identifiers(ask(client, verb="ListIdentifiers", metadataPrefix="oai_dc", set=spec))  # noqa: E731
    assert set(listed("service")) == set(listed("service:legal")) == {str(a.public_id), str(b.public_id)}
    assert listed("service:legal:1") == [str(a.public_id)]
    names = {
        one.findtext(f"{OAI}setSpec"): one.findtext(f"{OAI}setName")
        for one in ask(client, verb="ListSets").iter(f"{OAI}set")
    }
    assert {"service", "service:legal", "service:legal:1", f"agency:{a.agency.slug}"} <= set(names)
    assert names[f"agency:{a.agency.slug}"].startswith(a.agency.legal_name)


def test_from_and_until_are_both_inside(client):
    [case] = make(1)
    at = OpenRecord.objects.get().told_at
    second, day = timedelta(seconds=1), at.astimezone(UTC).date()
    for arguments, is_in in (
        ({"from_": stamp(at)}, True),
        ({"from_": stamp(at + second)}, False),
        ({"until": stamp(at)}, True),
        ({"until": stamp(at - second)}, False),
        ({"from_": str(day), "until": str(day)}, True),
        ({"until": str(day - timedelta(days=1))}, False),
    ):
        root = ask(client, verb="ListIdentifiers", metadataPrefix="oai_dc", **arguments)
        assert (identifiers(root) == [str(case.public_id)]) is is_in, arguments


def test_a_page_costs_the_same_however_many_records_are_on_it(client):
    counts = []
    for n in (1, 5):
        for case in make(n):
            case.topics.set([factories.topic("pop:children"), factories.topic("mth:casework")])
            CasePartner.objects.create(case=case, agency=factories.agency())
            case.save()
        with CaptureQueriesContext(
            connection,
        ) as queries:
            ask(client, verb="ListRecords", metadataPrefix="oai_datacite")
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 11


# -- Tokens -----------------------------------------------------------------------------------------------------------


def test_a_token_that_was_changed_has_expired_or_is_of_another_verb_is_refused(client, monkeypatch, settings):
    monkeypatch.setattr(harvest, "PAGE_SIZE", 1)
    make(3)
    token = token_of(ask(client, verb="ListRecords", metadataPrefix="oai_dc"))
    assert error_of(ask(client, verb="ListRecords", resumptionToken=token)) is None
    for verb, wrong in (
        ("ListRecords", token[:-1] + ("A" if token[-1] != "A" else "B")),
        ("ListRecords", "A" + token),
        ("ListRecords", token.partition(":")[0]),
        ("ListIdentifiers", token),
    ):
        assert error_of(ask(client, verb=verb, resumptionToken=wrong)) == "badResumptionToken"
    with time_machine.travel(timezone.now() + harvest.TOKEN_IS_GOOD_FOR + timedelta(minutes=1), tick=False):
        assert error_of(ask(client, verb="ListRecords", resumptionToken=token)) == "badResumptionToken"
    settings.SECRET_KEY = "another" * 10
    assert error_of(ask(client, verb="ListRecords", resumptionToken=token)) == "badResumptionToken"


def test_a_list_says_how_long_it_is_and_where_a_page_begins(client, monkeypatch):
    monkeypatch.setattr(harvest, "PAGE_SIZE", 2)
    make(5)
    root, cursors = ask(client, verb="ListIdentifiers", metadataPrefix="oai_dc"), []
    while True:
        token = root.find(f".//{OAI}resumptionToken")
        cursors.append((token.get("cursor"), token.get("completeListSize"), bool(token.text)))
        if not token.text:
            break
        root = ask(client, verb="ListIdentifiers", resumptionToken=token.text)
    assert cursors == [("0", "5", True), ("2", "5", True), ("4", "5", False)]


def test_nothing_is_missed_when_records_change_between_pages(client, monkeypatch):
    monkeypatch.setattr(harvest, "PAGE_SIZE", 2)
    cases = make(7)
    seen: set[str] = set()
    root = ask(client, verb="ListIdentifiers", metadataPrefix="oai_dc")
    began = root.findtext(f"{OAI}responseDate")
    seen |= set(identifiers(root))
    CaseStudy.objects.filter(pk=cases[0].pk).update(title="Neu")  # one that was seen,
    CaseStudy.objects.filter(pk=cases[5].pk).update(title="Neu")  # one that was to come,
    CaseStudy.objects.filter(pk=cases[6].pk).update(live=False)  # and one that is taken back
    [newcomer] = make(1, age=timedelta())
    open_records.refresh([case.pk for case in cases])
    while token := token_of(root):
        root = ask(client, verb="ListIdentifiers", resumptionToken=token)
        seen |= set(identifiers(root))
    with time_machine.travel(timezone.now() + open_records.STAMPED_AHEAD, tick=False):
        root = ask(client, verb="ListIdentifiers", metadataPrefix="oai_dc", from_=began)
        later = set(identifiers(root))
        while token := token_of(root):
            root = ask(client, verb="ListIdentifiers", resumptionToken=token)
            later |= set(identifiers(root))
    assert seen | later == {str(case.public_id) for case in [*cases, newcomer]}
    assert later == {str(case.public_id) for case in (cases[0], cases[5], cases[6], newcomer)}


def test_what_is_stamped_but_not_yet_committed_comes_with_the_next_harvest(client):
    """Stamps lie a few seconds ahead: what another transaction is writing now can never lie behind a harvest."""
    [case] = make(1, age=timedelta())
    root = ask(client, verb="ListIdentifiers", metadataPrefix="oai_dc")
    assert error_of(root) == "noRecordsMatch"
    began = root.findtext(f"{OAI}responseDate")
    with time_machine.travel(timezone.now() + open_records.STAMPED_AHEAD + timedelta(seconds=1), tick=False):
        root = ask(client, verb="ListIdentifiers", metadataPrefix="oai_dc", from_=began)
        assert identifiers(root) == [str(case.public_id)]


# -- A harvester that is not ours -------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_sickle_harvests_everything_twice_while_records_change(live_server, monkeypatch, schema):
    monkeypatch.setattr(harvest, "PAGE_SIZE", 3)
    OpenRecord.objects.all().delete()  # a race leaves what it told of
    cases = make_world(8)
    sickle = Sickle(f"{live_server.url}/oai/", max_retries=0)
    identity = sickle.Identify()
    assert (identity.deletedRecord, identity.granularity) == ("persistent", "YYYY-MM-DDThh:mm:ssZ")
    assert {one.metadataPrefix for one in sickle.ListMetadataFormats()} == {"oai_dc", "oai_datacite"}
    assert "kind:project" in {one.setSpec for one in sickle.ListSets()}

    began, full = timezone.now(), {}
    for number, record in enumerate(sickle.ListRecords(metadataPrefix="oai_dc")):
        schema.assertValid(record.xml.find(f"{OAI}metadata")[0])
        full[record.header.identifier] = record.metadata["title"][0]
        if number == 3:  # between two pages somebody renames two and takes one back
            in_another_connection(change_some, cases)
    assert {name[-36:] for name in full} >= {str(case.public_id) for case in cases[:6]}

    OpenRecord.objects.filter(told_at__gt=timezone.now()).update(told_at=timezone.now())
    incremental = {}
    for record in sickle.ListRecords(
        metadataPrefix="oai_datacite", **{"from": stamp(began - timedelta(seconds=1))}
    ):
        incremental[record.header.identifier[-36:]] = record.deleted
    assert incremental == {
        str(cases[0].public_id): False,
        str(cases[6].public_id): False,
        str(cases[7].public_id): True,
    }
    again = {one.identifier for one in sickle.ListIdentifiers(metadataPrefix="oai_dc")}
    assert {name[-36:] for name in again} == {str(case.public_id) for case in cases}
    one = sickle.GetRecord(
        identifier=f"oai:tongxing.example.org:{cases[0].public_id}", metadataPrefix="oai_dc"
    )
    assert one.metadata["title"] == ["改过的题目"]
    with pytest.raises(NoRecordsMatch):
        sickle.ListRecords(metadataPrefix="oai_dc", **{"from": "2999-01-01"})
    with pytest.raises(BadResumptionToken):
        sickle.ListRecords(resumptionToken="tampered")


def make_world(n: int) -> list[CaseStudy]:
    """Cases in a database that was emptied: with the one term that an agency needs."""
    from portal.models import Topic

    Topic.objects.get_or_create(
        code="org:msw", defaults={"scheme": "org", "name_zh": "社工机构", "name_en": "x"}
    )
    return make(n)


def change_some(cases: list[CaseStudy]) -> None:
    CaseStudy.objects.filter(pk__in=[cases[0].pk, cases[6].pk]).update(title="改过的题目")
    CaseStudy.objects.filter(pk=cases[7].pk).update(live=False)
    open_records.refresh([case.pk for case in cases])


def in_another_connection(work, *arguments) -> None:
    def run():
        try:
            work(*arguments)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
