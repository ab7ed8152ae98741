"""A thousand certificates: issued by the worker's job, set as PDF, packed into the host's archive, and read back.

Builds an event with 1,000 people in a database of its own, grants the hours, and prints one `name value unit` a line.
The names hold every rare character that the tests know. `glyphs_missing` counts characters of names, titles and numbers
that cannot be read out of the finished paper again, and papers that could not be set at all.
"""

import io
import os
import random
import subprocess
import sys
import tempfile
import time
import zipfile
from datetime import timedelta
from pathlib import Path

from tests.bench.apart import apart

ROOT = Path(__file__).resolve().parent.parent.parent
SEED, PEOPLE = 7, 1000
FAMILY = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹欧阳司马𠮷㛃"
GIVEN = "秀英敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂芳建华玉兰燕红文𬭎𤭢𬀩㐂龘琰喆堃䶮"


def main() -> None:
    """Measure in a process of its own, with a database and files of its own."""
    with tempfile.TemporaryDirectory(prefix="tongxing-bench-") as folder:
        subprocess.run(
            [sys.executable, "-m", "tests.bench.certificates", "measure"],
            cwd=ROOT,
            env=apart(folder),
            check=True,
        )


def measure() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()
    from django.core.management import call_command
    from django_tasks_db.models import DBTaskResult

    from events.certifying import issuing
    from events.console.certificates import zipped
    from events.hours import ledger
    from events.models import Certificate
    from portal import setup

    call_command("migrate", verbosity=0)
    setup.run()
    event, host = populate(random.Random(SEED))
    began = time.perf_counter()
    entries = ledger.grant(event, by=host)
    assert len(entries) == PEOPLE
    granted = time.perf_counter() - began

    DBTaskResult.objects.all().delete()
    began = time.perf_counter()
    issuing.issue_to_all(event, by=host)
    job = DBTaskResult.objects.ready().get()
    job.task.call(*job.task_result.args, **job.task_result.kwargs)
    issued = time.perf_counter() - began
    valid = list(Certificate.objects.valid().order_by("number"))
    assert len(valid) == PEOPLE

    began = time.perf_counter()
    archive = zipfile.ZipFile(io.BytesIO(b"".join(zipped(valid))))
    made = time.perf_counter() - began
    print(f"certificates_1000_s {issued + made:.1f} s")
    print(f"certificates_per_second {PEOPLE / (issued + made):.1f} per_second")
    print(f"certificates_hours_granted_s {granted:.1f} s")
    print(f"certificates_issued_s {issued:.1f} s")
    print(f"certificates_set_as_pdf_s {made:.1f} s")
    print(f"certificates_archive_mb {sum(file.file_size for file in archive.filelist) / 1e6:.1f} MB")
    print(f"glyphs_missing {missing(valid, archive)} characters")


def missing(valid: list, archive: zipfile.ZipFile) -> int:
    """Characters that the finished papers do not give back. A paper that is not there misses its whole name."""
    from pypdf import PdfReader

    from events.certifying.pdf import file_name

    names, lost = set(archive.namelist()), 0
    for certificate in valid:
        name = file_name(certificate)
        if name not in names:
            lost += len(certificate.name)
            continue
        page = PdfReader(io.BytesIO(archive.read(name))).pages[0].extract_text()
        text = "".join(page.split())
        for part in (certificate.name, certificate.title, certificate.number):
            lost += 0 if part in text else sum(sign not in text for sign in part) or 1
    return lost


def populate(chance: random.Random) -> tuple:
    """An event of yesterday with 1,000 people who attended all of it, and a host of it."""
    from events.models import Attendance, Registration
    from orgs.models import User
    from tests import factories

    host = factories.agency(legal_name="同心社会工作服务中心")
    manager = factories.member_of(host, role="manager")
    event = factories.event(
        host,
        capacity=PEOPLE,
        starts_in=-timedelta(days=1),
        title="流动儿童个案管理与危机干预",
        title_en="Case management",
    )
    people = User.objects.bulk_create(
        User(
            email=f"bench{n}@example.org",
            name=chance.choice(FAMILY) + "".join(chance.choices(GIVEN, k=chance.randint(1, 3))),
        )
        for n in range(PEOPLE)
    )
    pool, session = event.pools.get(), event.sessions.get()
    registrations = Registration.objects.bulk_create(
        Registration(event=event, pool=pool, user=person, status="confirmed", created_at=session.starts_at)
        for person in people
    )
    Attendance.objects.bulk_create(
        Attendance(
            registration=registration,
            session=session,
            starts_at=session.starts_at,
            ends_at=session.ends_at,
            source=Attendance.Source.LIST,
        )
        for registration in registrations
    )
    return event, manager


if __name__ == "__main__":
    measure() if sys.argv[1:] else main()
