"""An agency comes onto the portal, is checked, gathers its people, says who it is, and shows with whom it works."""

import re
from datetime import datetime
from io import BytesIO

import pytest
from PIL import Image

from tests.journeys.people import mail_to, sign_in, sign_in_by_code, sign_up

pytestmark = pytest.mark.journey

HOST = "东莞市东城同心社会工作服务中心"
PARTNER = "广州市白云区木棉流动儿童服务中心"


def certificate() -> dict:
    """A scan as a phone takes it."""
    file = BytesIO()
    Image.new("RGB", (320, 240), "white").save(file, format="JPEG")
    return {"name": "登记证书.jpg", "mimeType": "image/jpeg", "buffer": file.getvalue()}


def send(page, form) -> None:
    """Press the main button of a form and wait for the next page."""
    form.locator(".actions button, button").first.click()
    page.wait_for_load_state()
    assert page.locator(".refusals").count() == 0


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_an_agency_applies_is_verified_invites_a_colleague_and_publishes_its_profile(window, prefix):
    applicant, staff, colleague = window(width=360, height=780), window(), window(width=360, height=780)
    stamp = f"{datetime.now():%H%M%S%f}"
    name, word = f"东莞市启明{stamp}社会工作服务中心", f"夜校{stamp}"
    first, second = f"qiming{stamp}@example.org", f"colleague{stamp}@example.org"

    # She signs up on her phone, without an agency, and enters hers with a scan of its certificate.
    sign_up(applicant, first, "陈启明", prefix=prefix)
    applicant.goto(f"{prefix}/desk/apply/")
    applicant.fill("[name=legal_name]", name)
    applicant.locator("[name=org_type]").select_option(index=1)
    applicant.fill("[name=division]", "东莞市" if not prefix else "441900")
    applicant.fill("[name=public_email]", first)
    applicant.fill("[name=mission]", f"陪夜班工人读书，{word}。")
    applicant.set_input_files("[name=evidence]", certificate())
    send(applicant, applicant.locator("main form.form"))
    another = applicant.locator("button[name=is_another]").first
    if another.count():
        applicant.set_input_files("[name=evidence]", certificate())
        another.click()
    applicant.wait_for_url(re.compile(r"/desk/agencies/([a-z0-9-]+)/$"))
    slug = re.search(r"/agencies/([a-z0-9-]+)/$", applicant.url).group(1)
    public = f"{prefix}/agencies/{slug}/"
    assert colleague.goto(public).status == 404

    # The portal's staff find it in their queue with its scan beside it, list it and check its contact.
    sign_in(staff, "editor@example.org")
    staff.goto("/desk/staff/")
    staff.get_by_role("link", name=re.compile(name)).first.click()
    assert staff.locator("main img[src*='/evidence/'], main a[href*='/evidence/']").count()
    form = staff.locator("form", has=staff.locator("input[name=answer][value=accept]"))
    form.locator("[name=level]").select_option("1")
    form.locator("[name=method]").fill("打了公开电话，负责人接听")
    form.locator(".actions button").first.click()
    staff.wait_for_load_state()
    mail_to(window(), first, re.escape(slug))
    assert colleague.goto(public).status == 200
    assert colleague.locator("main .badge").count()

    # Now an owner, she invites a colleague, who has no account yet.
    applicant.goto(f"{prefix}/desk/agencies/{slug}/members/")
    form = applicant.locator("#invite form[action$='#invite']")
    form.locator("[name=email]").fill(second)
    form.locator(".actions button").first.click()
    applicant.locator("#invite", has_text=second).wait_for()
    letter = mail_to(window(), second, r"/invitations/").inner_text()
    link = re.search(r"(?:/en)?/invitations/[\w-]+/", letter).group(0)
    colleague.goto(link)
    colleague.locator("main a[href*='/accounts/signup/']").click()
    sign_up(colleague, second, "李同行", prefix=prefix, is_invited=True)
    colleague.goto(link)
    colleague.locator("button[value=accept]").click()
    colleague.wait_for_load_state()
    colleague.goto(f"{prefix}/desk/agencies/{slug}/")
    assert colleague.locator("main h1").count() == 1
    assert colleague.goto(f"{prefix}/desk/agencies/{slug}/profile/").status == 404  # a member, no more

    # She says what the agency does, where, and for whom.
    applicant.goto(f"{prefix}/desk/agencies/{slug}/profile/")
    applicant.fill("[name=short_name]", "启明夜校")
    applicant.fill("[name=mission_zh]", f"陪夜班工人读书，{word}。")
    applicant.fill("[name=public_phone]", "0769-22220000")
    send(applicant, applicant.locator("main form.form").first)
    applicant.goto(f"{prefix}/desk/agencies/{slug}/locations/new/")
    applicant.fill("[name=name_zh]", "厂区夜校")
    applicant.fill("[name=address]", "东城街道工业大道 1 号")
    send(applicant, applicant.locator("main form.form").first)
    applicant.goto(f"{prefix}/desk/agencies/{slug}/services/new/")
    applicant.fill("[name=name_zh]", "夜校读书会")
    applicant.locator("[name=types][value]").first.check()
    applicant.locator("[name=locations]").first.check()
    applicant.locator("[name=delivery][value=onsite]").check()
    send(applicant, applicant.locator("main form.form").first)

    # Everybody reads it, finds it by its name, and open data has it with the place.
    visitor = window(width=360, height=780)
    visitor.goto(public)
    page = visitor.locator("main").inner_text()
    assert [words in page for words in (word, "夜校读书会", "厂区夜校", "0769-22220000")] == [True] * 4
    visitor.goto(f"{prefix}/agencies/?q=启明{stamp}")
    assert visitor.locator(f"article.row a[href='{public}']").count() == 1
    record = visitor.request.get(f"/hsds/v3/services?search=启明{stamp}&full=true").json()["contents"][0]
    assert record["organization"]["name"] == name
    assert [pair["location"]["name"] for pair in record["service_at_locations"]] == ["厂区夜校"]


def test_a_partnership_is_proposed_confirmed_and_shown_to_everybody(window):
    proposer, asked, visitor = window(), window(width=360, height=780), window()
    title = f"木棉与同心{datetime.now():%H%M%S%f}"

    # A manager proposes it; until the other side has said yes nobody else sees it.
    sign_in(proposer, "staff@example.org")
    proposer.goto("/desk/agencies/dg-tongxin/partnerships/")
    form = proposer.locator("#propose form")
    form.locator("[name=partners]").fill(PARTNER)
    form.locator("[name=kind]").select_option(index=1)
    form.locator("[name=title]").fill(title)
    form.locator("[name=started_on]").fill("2026-01-15")
    form.locator(".actions button").first.click()
    proposer.locator("main article.row", has_text=title).wait_for()
    visitor.goto("/agencies/dg-tongxin/")
    assert title not in visitor.content()

    # The owner of the other agency comes in by a code and says yes, in English.
    visitor.goto(f"/agencies/?q={PARTNER}")
    slug = re.search(
        r"/agencies/([a-z0-9-]+)/$", visitor.locator("article.row h3 a").first.get_attribute("href")
    )[1]
    sign_in_by_code(asked, f"{slug}-1@example.org", window())
    asked.goto(f"/en/desk/agencies/{slug}/partnerships/")
    proposal = asked.locator("article.row", has_text=title)
    proposal.locator("button[value=confirm]").click()
    asked.locator("article.row", has_text=title).locator(".badge.jade").wait_for()

    # Both pages show it, and the network joins the two.
    for path in ("/agencies/dg-tongxin/", f"/en/agencies/{slug}/"):
        visitor.goto(path)
        assert title in visitor.locator("main").inner_text()
    visitor.goto("/network/")
    assert title in visitor.content()
