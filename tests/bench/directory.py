"""How fast the directory is with 3,000 agencies and 12,000 services, on SQLite and on PostgreSQL.

Builds the world in databases of its own, asks 300 different pages through the whole stack, and prints one
`name value unit` a line: time and queries of a page, time until a change of one agency shows, time of a cold start, and
whether a page costs as many queries with 30 agencies as with 3,000.
"""

import itertools
import os
import random
import secrets
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from statistics import quantiles

from tests.bench.apart import apart

ROOT = Path(__file__).resolve().parent.parent.parent
SEED, FEW, SERVICES_EACH = 7, 30, 4
MANY, QUESTIONS = int(os.environ.get("AGENCIES", "3000")), int(os.environ.get("QUESTIONS", "300"))
WORDS = "同心东城西关南山北邻木棉候鸟启航暖阳安居乐业新市民工友之家青禾蒲公英社会工作服务中心"


def main() -> None:
    """Measure on each database in a process of its own, because a process has one."""
    from tests.machine import Missing, postgres

    with tempfile.TemporaryDirectory(prefix="tongxing-bench-") as folder:
        lines = run("sqlite", folder)
    try:
        with postgres() as url, tempfile.TemporaryDirectory(prefix="tongxing-bench-") as folder:
            lines += run("postgresql", folder, DATABASE_URL=url)
    except Missing as reason:
        print(f"could not run on PostgreSQL: {reason}")
    for line in worse_of_both(lines):
        print(line)


def worse_of_both(lines: list[str]) -> list[str]:
    """The two promised figures without a database in the name: the higher of all databases that were measured."""
    figures = [line.split(" ", 2) for line in lines]
    worst = []
    for name in ("directory_p95_ms", "directory_queries_max"):
        of_both = [(int(value), unit) for named, value, unit in figures if named.startswith(f"{name}_")]
        value, unit = max(of_both)
        worst.append(f"{name} {value} {unit}")
    return worst


def run(name: str, folder: str, **settings: str) -> list[str]:
    """Measure in a process of its own; its lines are printed as they come, and returned."""
    lines = []
    with subprocess.Popen(
        [sys.executable, "-m", "tests.bench.directory", name],
        cwd=ROOT,
        env=apart(folder, **settings),
        stdout=subprocess.PIPE,
        text=True,
    ) as measuring:
        for line in measuring.stdout:
            print(line, end="", flush=True)
            lines.append(line.rstrip("\n"))
    if measuring.returncode:
        raise subprocess.CalledProcessError(measuring.returncode, measuring.args)
    return [line for line in lines if line.startswith("directory_")]


def measure(name: str) -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client

    from orgs import divisions, facts
    from orgs.models import Agency
    from portal import changes, kept, setup
    from portal.search import edited_synonyms, query_log
    from portal.templatetags import portal as components

    # What is looked at now and then is looked at on every page here, or some pages would cost a query more by the clock.
    components.MENU_IS_KEPT = changes.ASKED_EVERY = 0
    query_log.WRITTEN_EVERY = float("inf")
    kept.KEPT_FOR = changes.WINDOW = 0  # every page is made anew
    call_command("migrate", verbosity=0)
    setup.run()
    divisions.load()
    chance = random.Random(SEED)
    client = Client(headers={"host": "localhost"})
    asked = questions(chance)

    counted = 0

    def count(execute, *arguments):
        nonlocal counted
        counted += 1
        return execute(*arguments)

    def ask(address: str) -> tuple[float, int, bool]:
        """Milliseconds, queries, and whether the page has rows: one without fetches none."""
        nonlocal counted
        counted, edited_synonyms._asked_at, began = 0, float("-inf"), time.perf_counter()
        answer = client.get(address)
        took = (time.perf_counter() - began) * 1000
        assert answer.status_code == 200, (address, answer.status_code)
        return took, counted, b'<article class="row">' in answer.content

    with connection.execute_wrapper(count):
        populate(FEW, chance)
        call_command("rebuild_search", verbosity=0)
        for address in asked[:20]:
            ask(address)
        with_few = [ask(address) for address in asked]
        populate(MANY - FEW, chance)
        call_command("rebuild_search", verbosity=0)
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")
        began = time.perf_counter()
        facts.current()
        cold = (time.perf_counter() - began) * 1000
        for address in asked[:20]:
            ask(address)
        answers = [ask(address) for address in asked]
    pages = quantiles([took for took, _queries, _rows in answers], n=100)
    rebuilt = []
    for _change in range(20):
        Agency.objects.order_by("?").first().save(update_fields=["updated_at"])
        began = time.perf_counter()
        facts.current()
        rebuilt.append((time.perf_counter() - began) * 1000)
    print(f"directory_p50_ms_{name} {pages[49]:.0f} ms")
    print(f"directory_p95_ms_{name} {pages[94]:.0f} ms")
    print(f"directory_queries_max_{name} {max(queries for _took, queries, _rows in answers)} queries")
    alike = [few[1] == many[1] for few, many in zip(with_few, answers, strict=True) if few[2] == many[2]]
    print(f"directory_pages_alike_{name} {len(alike)} pages")
    print(f"directory_pages_with_same_queries_{FEW}_and_{MANY}_{name} {sum(alike)} pages")
    print(f"directory_rebuild_ms_{name} {sorted(rebuilt)[len(rebuilt) // 2]:.0f} ms")
    print(f"directory_cold_start_ms_{name} {cold:.0f} ms")
    if os.environ.get("SLOWEST"):
        for (took, queries, _rows), address in sorted(zip(answers, asked, strict=True), reverse=True)[:12]:
            print(f"  {took:.0f} ms {queries} {address}")


def populate(number: int, chance: random.Random) -> None:
    """So many more agencies, each with services, in districts all over the country."""
    from django.utils import timezone

    from orgs.models import Agency, AgencyText, Division, Service, Verification
    from portal.models import Topic

    today = timezone.localdate()
    seats = list(Division.objects.current().exclude(level="province").values_list("pk", flat=True))
    terms = {
        scheme: list(Topic.objects.filter(scheme=scheme).values_list("pk", flat=True))
        for scheme in ("svc", "pop", "mth", "lng", "org")
    }
    agencies = []
    for _agency in range(number):
        name = "".join(chance.choices(WORDS, k=chance.randint(4, 9)))
        age = chance.choice((None, 5, 40, 90, 150, 190, 220, 300, 500))
        agencies.append(
            Agency(
                slug=f"bench-{secrets.token_hex(6)}",
                legal_name=f"{name}社会工作服务中心",
                short_name=name[:4],
                name_en=f"{chance.choice(('Spring', 'Harbour', 'Kapok', 'Bridge'))} Centre {chance.randint(1, 9999)}",
                former_names=[f"{name[:3]}服务社"] if chance.random() < 0.2 else [],
                org_type_id=chance.choice(terms["org"]),
                division_id=chance.choice(seats),
                migrant_focus=chance.choice(Agency.Focus.values),
                status=Agency.Status.LISTED,
                public_phone="0769-12345678",
                confirmed_on=None if age is None else today - timedelta(days=age),
            )
        )
    agencies = Agency.objects.bulk_create(agencies, batch_size=500)
    AgencyText.objects.bulk_create(
        (
            AgencyText(agency=agency, language="zh-hans", mission="我们陪伴外来务工人员和他们的孩子。" * 3)
            for agency in agencies
        ),
        batch_size=500,
    )
    Verification.objects.bulk_create(
        [
            Verification(
                agency=agency,
                level=chance.randint(1, 3),
                method="证书",
                checked_on=today - timedelta(days=100),
                expires_on=today + timedelta(days=265),
            )
            for agency in agencies
            if chance.random() < 0.5
        ],
        batch_size=500,
    )
    services = Service.objects.bulk_create(
        [
            Service(agency=agency, name_zh="四点半课堂", name_en="After-school class", summary="每天放学后。")
            for agency in agencies
            for _service in range(SERVICES_EACH)
        ],
        batch_size=500,
    )
    for relation, scheme, most in (
        ("types", "svc", 2),
        ("populations", "pop", 3),
        ("methods", "mth", 2),
        ("languages", "lng", 2),
    ):
        through = getattr(Service, relation).through
        through.objects.bulk_create(
            [
                through(service=service, topic_id=topic)
                for service in services
                for topic in chance.sample(terms[scheme], chance.randint(1, most))
            ],
            batch_size=2000,
        )
    through = Service.areas.through
    through.objects.bulk_create(
        [
            through(service=service, division_id=division)
            for service in services
            for division in chance.sample(seats, chance.randint(0, 2))
        ],
        batch_size=2000,
    )


def questions(chance: random.Random) -> list[str]:
    """What visitors ask: filters of every kind and several at once, names, districts, later pages, the table, English."""
    from django.utils.http import urlencode

    from orgs.models import Division
    from portal.models import Topic

    terms: dict[str, list[str]] = {}
    for scheme, code in Topic.objects.values_list("scheme", "code"):
        terms.setdefault(scheme, []).append(code)
    districts = {
        level: list(Division.objects.current().filter(level=level).values_list("code", flat=True))
        for level in ("province", "prefecture", "county", "township")
    }
    asked: dict[str, None] = {}
    for number in itertools.count():
        pairs: list[tuple[str, str]] = []
        for name, scheme in (
            ("population", "pop"),
            ("service", "svc"),
            ("method", "mth"),
            ("language", "lng"),
            ("type", "org"),
        ):
            if chance.random() < 0.3:
                pairs += [(name, code) for code in chance.sample(terms[scheme], chance.choice((1, 1, 2)))]
        if chance.random() < 0.4:
            level = chance.choice(("province", "province", "prefecture", "county"))
            pairs.append(("district", chance.choice(districts[level])))
        if chance.random() < 0.25:
            pairs.append(("q", chance.choice(("同心", "服务中心", "dctx", "nanshan", "Kapok", "木棉", "s"))))
        pairs += [("level", "1")] if chance.random() < 0.15 else []
        pairs += [("sort", "confirmed")] if chance.random() < 0.15 else []
        pairs += [("dormant", "1")] if chance.random() < 0.1 else []
        pairs += [("view", "coverage")] if number % 6 == 0 else []
        pairs += [("page", str(chance.randint(2, 9)))] if number % 4 == 1 else []
        asked[("/en" if number % 5 == 0 else "") + "/agencies/?" + urlencode(pairs)] = None
        if len(asked) == QUESTIONS:
            return list(asked)
    raise AssertionError("Counting does not end.")


if __name__ == "__main__":
    measure(sys.argv[1]) if len(sys.argv) > 1 else main()
