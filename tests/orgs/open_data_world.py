"""Two agencies for the tests of open data: one that says everything there is to say, and one that says nothing."""

from datetime import date, timedelta

from django.utils import timezone

from orgs.models import (
    Agency,
    AgencyText,
    Audience,
    Confirmation,
    Location,
    Section,
    ServiceAtLocation,
    Verification,
)
from tests import factories

#: Planted where open data must not look: none of these words may leave the portal.
SECRETS = ("绝密地址", "13800138000", "secret@example.org", "藏起来的庇护所", "绝密资助")
CODE = "52440111MJK9980480"


def division():
    """Dongguan with the province above it."""
    province = factories.division("440000", "广东省", "province")
    return factories.division("441900", "东莞市", "prefecture", parent=province)


def full_agency(**fields) -> Agency:
    """An agency with every field filled, two services and two places, of which one is hidden."""
    agency = factories.agency(
        **{
            "legal_name": "东莞市同心社会工作服务中心",
            "short_name": "同心社工",
            "name_en": "Tongxin Social Work Centre",
            "former_names": ["同心社工站", "同心工友之家"],
            "uscc": CODE,
            "division": division(),
            "address": "东城街道东城路 1 号",
            "founded_on": date(2010, 6, 18),
            "migrant_focus": Agency.Focus.ONE_OF_SEVERAL,
            "staff_band": Agency.Staff.FIFTEEN,
            "website": "https://tongxin.example.org/关于?a=1",
            "public_email": "hello@example.org",
            "public_phone": "0769-22222222 x 8",
            "hotline": "12355",
            "wechat_account": "同心社工",
            "supervising_unit": "东莞市民政局",
            "rating": Agency.Rating.FOUR,
            "rating_year": 2023,
            "confirmed_on": date(2026, 5, 1),
            **fields,
        }
    )
    agency.funding.set([factories.topic("fund:govpurchase"), factories.topic("fund:foundation")])
    AgencyText.objects.create(
        agency=agency,
        language="zh-hans",
        mission="陪务工人员安顿生活。",
        description="我们在工业区里有两个服务点。",
        how_to_get_help="打电话，或者直接来。",
    )
    AgencyText.objects.create(
        agency=agency, language="en", mission="We help migrants settle.", description="Two service points."
    )
    places = [
        Location.objects.create(
            agency=agency,
            name_zh="东城服务点",
            name_en="Dongcheng Service Point",
            address="东城街道花园新村 3 栋",
            phone="0769-33333333",
            latitude=23.03,
            longitude=113.78,
        ),
        Location.objects.create(
            agency=agency, name_zh="藏起来的庇护所", address="绝密地址", shown_to=Audience.AGENCY
        ),
    ]
    legal = factories.service(
        agency,
        types=["svc:legal"],
        populations=["pop:worker", "pop:women"],
        name_zh="工友法律援助",
        name_en="Legal aid for workers",
        summary="讨薪、工伤、劳动合同。",
        delivery=["onsite", "hotline"],
        fees="partly",
        eligibility="在东莞务工的人",
        min_age=16,
        max_age=60,
    )
    legal.methods.set([factories.topic("mth:casework")])
    legal.languages.set([factories.topic("lng:putonghua"), factories.topic("lng:central")])
    legal.areas.set([agency.division])
    ended = factories.service(agency, name_zh="四点半课堂", is_offered=False, fees="free", min_age=0)
    for service in (legal, ended):
        for place in places:
            ServiceAtLocation.objects.create(service=service, location=place)
    Confirmation.objects.create(agency=agency, section=Section.SERVICES, confirmed_on=date(2026, 6, 1))
    today = timezone.localdate()
    Verification.objects.create(
        agency=agency,
        level=Verification.Level.CERTIFICATE,
        method="证书",
        checked_on=today,
        expires_on=today + timedelta(days=90),
    )
    return agency


def empty_agency(**fields) -> Agency:
    """An agency of which nothing is known but a name, with a service and a place of which nothing else is known."""
    agency = factories.agency(legal_name="无名社", name_en="", **fields)
    service = factories.service(agency, types=[], populations=[], name_zh="", name_en="Help")
    place = Location.objects.create(agency=agency, name_en="Here")
    ServiceAtLocation.objects.create(service=service, location=place)
    return agency


def names(page) -> list[str]:
    """What the records of a page are called."""
    return [record["name"] for record in page["contents"]]
