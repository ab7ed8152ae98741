"""What goes out as data says its fields one by one: a new field of a model is in no file until it is declared here."""

import ast
import csv
import io
import json
import re
from pathlib import Path

import pytest
from lxml import etree
from openpyxl import load_workbook

from tests.addresses import leading
from tests.test_leak_crawl import plant

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parent.parent

CALENDAR = (
    "BEGIN CALSCALE CATEGORIES COLOR CREATED DESCRIPTION DTEND DTSTAMP DTSTART END LAST-MODIFIED "
    "LOCATION METHOD NAME ORGANIZER PRODID REFRESH-INTERVAL SEQUENCE SOURCE STATUS SUMMARY UID URL "
    "VERSION X-APPLE-CALENDAR-COLOR X-PUBLISHED-TTL X-WR-CALNAME"
)
FEED = "author entry feed id link name published rights summary title updated"
EVENT = (
    "@context @id @type address courseMode description endDate eventAttendanceMode eventStatus "
    "hasCourseInstance inLanguage isAccessibleForFree location maximumAttendeeCapacity name organizer "
    "provider remainingAttendeeCapacity startDate url"
)
HSDS = (
    "address_1 address_type addresses alternate_name amount attributes city code contents "
    "cost_options country currency description eligibility_description email empty fees_description "
    "field_name first_page first_year id language last_action_date last_action_type last_modified "
    "last_page legal_status level link_entity link_id link_type location location_id location_type "
    "locations metadata name number openapi_url option organization organization_id page_number "
    "phones postal_code previous_value profile replacement_value resource_id resource_type service "
    "service_at_locations service_id services size state_province status taxonomy taxonomy_detail "
    "taxonomy_id taxonomy_term taxonomy_term_id term_uri total_items total_pages type updated_by uri "
    "url value version"
)
#: The name of an address: who asks, and every key, column, element or property of the answer.
OUTPUTS = {
    "agency_case_feed": ("anonymous", FEED),
    "agency_feed": ("anonymous", CALENDAR),
    "calendar_feed": ("anonymous", CALENDAR),
    "case": (
        "anonymous",
        (
            "@context @id @type abstract alternativeHeadline author dateModified datePublished genre headline "
            "identifier inLanguage isAccessibleForFree license mainEntityOfPage name publisher reportNumber "
            "sdLicense url version"
        ),
    ),
    "case_feed": ("anonymous", FEED),
    "case_linkset": (
        "anonymous",
        "anchor cite-as describedby describes href item license linkset profile type",
    ),
    "case_numbers_csv": ("member", "adaptation case citation download list month title view"),
    "cases_csv": (
        "anonymous",
        (
            "abstract abstract_translated agency agency_url authors changed_at doi ended_on evidence_level id "
            "keywords kind language licence licence_url metadata_licence orcids partners people_reached place "
            "place_code published_at started_on title title_translated topic_codes topics url version"
        ),
    ),
    "cases_jsonl": (
        "anonymous",
        (
            "abstract abstract_translated agency aims authors background changed_at doi ended_on "
            "evidence_level further_text id keywords kind language licence licence_url metadata_licence name "
            "needs_assessment outcomes partners people_reached place process published_at reflection sections "
            "started_on theory title title_translated topics transferability url version what_did_not_work"
        ),
    ),
    "check_in_people": (
        "manager",
        ("agency code csrf ends ends_at event find has_seat here id keys name people sessions status"),
    ),
    "directory_file": (
        "anonymous",
        (
            "address adm1_code adm2_code adm3_code areas_served confirmed_on email hotline licence link name "
            "name_en phone populations service_codes services status type website wechat"
        ),
    ),
    "event": ("anonymous", f"{EVENT} @graph"),
    "event_ics": ("anonymous", CALENDAR),
    "hsds_division": ("anonymous", HSDS),
    "hsds_organization": ("anonymous", HSDS),
    "hsds_organizations": ("anonymous", HSDS),
    "hsds_root": ("anonymous", HSDS),
    "hsds_service": ("anonymous", HSDS),
    "hsds_service_at_location": ("anonymous", HSDS),
    "hsds_service_at_locations": ("anonymous", HSDS),
    "hsds_services": ("anonymous", HSDS),
    "hsds_taxonomies": ("anonymous", HSDS),
    "hsds_taxonomy": ("anonymous", HSDS),
    "hsds_taxonomy_term": ("anonymous", HSDS),
    "hsds_taxonomy_terms": ("anonymous", HSDS),
    "my_hours_csv": ("newcomer", "主办方 分钟 原因 学时 日期 机构 活动 角色"),
    "personal_feed": ("anonymous", CALENDAR),
    "roster_file": ("manager", "代为报名者 备注 姓名 报名时间 机构 状态 电话 被推荐人的回复 邮箱"),
    "search_feed": ("anonymous", FEED),
    "series": ("anonymous", EVENT),
    "series_feed": ("anonymous", CALENDAR),
    "session_ics": ("anonymous", CALENDAR),
    "take_agency_log": ("owner", "做了什么 对象 操作人 时间 机构 涉及的人 详情"),
    "topic_case_feed": ("anonymous", FEED),
}
SCRIPT = re.compile(r'<script type="application/ld\+json"[^>]*>(.*?)</script>', re.S)


def keys_of(answer) -> set[str]:
    """The names of what an answer holds, in whatever format: keys, columns, elements, properties."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    kind, text = answer["Content-Type"], body.decode("utf-8-sig", "replace")
    if "spreadsheetml" in kind:
        return {str(cell.value) for cell in next(load_workbook(io.BytesIO(body)).active.rows)}
    if "csv" in kind:
        return set(next(csv.reader(io.StringIO(text))))
    if "calendar" in kind:
        return set(re.findall(r"^([A-Z-]+)[:;]", text, re.M))
    if "html" in kind:
        return {key for found in SCRIPT.findall(text) for key in keys(json.loads(found))}
    if "xml" in kind:
        return {etree.QName(element).localname for element in etree.fromstring(body).iter("*")}
    return {
        key
        for line in text.splitlines()
        if "ndjson" in kind or "jsonl" in kind
        for key in keys(json.loads(line))
    } or (keys(json.loads(text)) if "json" in kind else set())


def keys(data) -> set[str]:
    """Every key of every object in it."""
    if isinstance(data, list):
        return {key for each in data for key in keys(each)}
    if isinstance(data, dict):
        return set(data) | {key for each in data.values() for key in keys(each)}
    return set()


ALL_FIELDS = re.compile(
    r"_meta\.(?:get_fields|fields|local_fields|concrete_fields)\b|\.values_list\(\)|model_to_dict"
    r"|django\.core import serializers|'__all__'"
)
#: Where all fields of a model are gone through, and nothing of it goes out: backups, invariants, merging, imports, copies.
ALL_FIELDS_IN = {
    "events/hosting/edition.py",
    "orgs/import_fields.py",
    "orgs/leaving.py",
    "orgs/merging.py",
    "portal/backup/__init__.py",
    "portal/invariants/kept_files.py",
}
#: Of these the columns bear the time of a session; that alone is no field.
OF_A_SESSION = re.compile(r"^出席分钟数：")


def asked(client, path: str):
    """The answer; where the address takes only what is posted, to that."""
    answer = client.get(path)
    return client.post(path) if answer.status_code == 405 else answer


def test_every_output_holds_the_fields_declared_for_it_and_no_other(world):
    plant()  # so that every text is there to go out
    wrong = []
    for name, (who, declared) in OUTPUTS.items():
        answers = [asked(world["visitors"][who].client(), path) for path in leading(world, name)]
        assert any(answer.status_code == 200 for answer in answers), name
        told = {key for answer in answers if answer.status_code == 200 for key in keys_of(answer)}
        told = {key for key in told if not key.isdigit() and not OF_A_SESSION.match(key)}
        if extra := told - set(declared.split()):
            wrong.append(f"{name} tells {sorted(extra)}: declare it in OUTPUTS, or leave it out")
        if (gone := set(declared.split()) - told) and declared not in (HSDS, FEED):
            wrong.append(f"{name} no longer tells {sorted(gone)}")
    assert wrong == []


def test_no_module_gives_out_all_fields_of_a_model():
    found = []
    for app in ("portal", "orgs", "events", "casestudies"):
        for file in sorted((ROOT / app).rglob("*.py")):
            module = str(file.relative_to(ROOT))
            if "/migrations/" not in module and (what := all_fields(file.read_text())):
                found.append((module, what))
    assert [(module, what) for module, what in found if module not in ALL_FIELDS_IN] == []
    assert {module for module, _what in found} == ALL_FIELDS_IN


def all_fields(code: str) -> list[str]:
    """What in a module stands for whatever fields a model has; comments count nothing."""
    return ALL_FIELDS.findall(ast.unparse(ast.parse(code)))


@pytest.mark.parametrize(
    "words",
    [
        "[field.name for field in Agency._meta.get_fields()]",
        "rows.values_list()",
        "from django.forms.models import model_to_dict",
        "from django.core import serializers",
        'fields = "__all__"',
    ],
)
def test_what_stands_for_all_fields_is_seen(words):
    assert all_fields(words)
