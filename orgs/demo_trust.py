"""How far the agencies of the demo world were checked: every level, one that expired, one that nobody looks after."""

from collections.abc import Callable
from datetime import date, timedelta
from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

from orgs import claiming, evidence, recommendation, uscc, verification
from orgs.agency_import import AgencyImport
from orgs.incoming import Incoming
from orgs.models import Agency, User
from portal.importing import Report

#: Agency: its levels, each with how many days ago it was checked. Two of them are near the end or past it.
LEVELS = {
    "dg-gongyou": [(1, 60)],
    "hz-qishou": [(1, 120)],
    "yw-shanglv": [(1, 200)],
    "gz-mumian": [(2, 90)],
    "ks-qinghe": [(2, 150)],
    "fy-shouwang": [(2, 345)],
    "sz-qihang": [(3, 75)],
    "gz-linghai": [(3, 100)],
    "sh-tonglu": [(3, 30)],
    "dg-tongxin": [(2, 80)],
    "bj-xinlin": [(2, 400)],
}
METHODS = {
    1: "致电公示电话，机构值班人员接听并确认信息",
    2: "比对了登记证书扫描件：名称、统一社会信用代码与页面一致",
    3: "在公开登记信息平台查询，与页面逐项比对",
}
RECOMMENDED, RECOMMENDED_BY = "dg-tongxin", ("sz-qihang", "gz-linghai")
ASKS = "cd-rongcheng"
FREE = {
    "legal_name": "惠州市惠城区南岸新市民服务社",
    "short_name": "南岸新市民",
    "org_type": "其他社会服务机构",
    "division": "441302",
    "public_email": "nanan@example.org",
}


def build(
    agencies: dict[str, Agency],
    owners: dict[str, User],
    editor: User,
    today: date,
    step: Callable[[str], None],
) -> None:
    """Verify some agencies, leave one question and one claim open, and bring in an entry that nobody claimed yet."""
    step("verifications, a claim and an entry that nobody looks after")
    for number, (key, levels) in enumerate(LEVELS.items(), start=1):
        for level, days in levels:
            if level > 1:
                give_code(agencies[key], number)
            verification.verify(
                agencies[key],
                level=level,
                method=METHODS[level],
                by=editor,
                on=today - timedelta(days=days),
            )
    for key in RECOMMENDED_BY:
        recommendation.recommend(
            agencies[RECOMMENDED],
            by_agency=agencies[key],
            words="多年互相转介和共同督导，了解其服务。",
            by=owners[key],
            on=today,
        )
    verification.verify(
        agencies[RECOMMENDED],
        level=4,
        method="两家已比对登记信息的机构推荐",
        by=editor,
        on=today - timedelta(days=20),
    )
    give_code(agencies[ASKS], len(LEVELS) + 1)
    verification.ask(
        agencies[ASKS],
        level=2,
        by=owners[ASKS],
        message="附上登记证书照片（演示用，内容为虚构）。",
        scans=[invented_scan("demo certificate")],
    )
    AgencyImport(Report(), list_new=True).take(Incoming(where="demo", facts=dict(FREE)))
    free = Agency.objects.get(legal_name=FREE["legal_name"])
    free.slug, free.is_sample = "hui-nanan", True
    free.save(update_fields=["slug", "is_sample"])
    claimant = User.objects.create_user("hui-nanan-1@example.org", name="曾玉兰", is_sample=True)
    claiming.claim(
        free,
        by=claimant,
        message="我是服务社的负责人，可致电服务社核实。",
        scans=[invented_scan("demo letter")],
    )


def give_code(agency: Agency, number: int) -> None:
    """An invented code that passes its check: the organisation numbers that begin with 0000 were never given out."""
    seat = agency.division.code[:6] if agency.division else "100000"
    body = f"52{seat}0000{number:04}"
    body += uscc.organisation_check_character(body[8:16])
    agency.uscc = body + uscc.check_character(body)
    agency.save(update_fields=["uscc"])


def invented_scan(words: str) -> evidence.Scan:
    """A small picture that stands for a scan, and says so."""
    picture = Image.new("RGB", (640, 440), (252, 250, 244))
    pencil = ImageDraw.Draw(picture)
    pencil.rectangle((16, 16, 624, 424), outline=(164, 73, 31), width=4)
    for line in range(6):
        pencil.line((70, 150 + line * 36, 570 - line * 40, 150 + line * 36), fill=(150, 140, 130), width=3)
    pencil.ellipse((440, 270, 560, 390), outline=(180, 50, 40), width=5)
    pencil.text((70, 70), f"SAMPLE - {words} - invented, not a document", fill=(60, 50, 45))
    file = BytesIO()
    picture.save(file, "PNG")
    return evidence.examine(SimpleUploadedFile(f"{words.replace(' ', '-')}.png", file.getvalue()))
