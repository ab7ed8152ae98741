"""How a submitted case study comes to be published: the steps of those who review it, by keys alone on a phone."""

from tests.journeys import keys
from tests.journeys.people import sign_in, sign_in_by_code

PRACTITIONER, RESEARCHER = "yw-shanglv-1@example.org", "researcher@example.org"
NAMES = {PRACTITIONER: "孙志强", RESEARCHER: "方以宁"}
LINES = 10


def open_round(editor, title: str) -> None:
    """From the desk through the list to the newest text of this title."""
    editor.goto("/desk/reviews/")
    keys.follow(editor, title)
    assert keys.fits(editor)


def pass_the_check(editor) -> None:
    for _point in range(4):
        keys.tick(editor, "[name=met]:not(:checked)")
    keys.press(editor, "button[value=check]")


def ask(editor, *people: str) -> None:
    """Ask these people of the list."""
    for email in people:
        keys.choose(editor, "reviewer", NAMES[email])
        keys.press(editor, "button[value=invite]")


def decide(editor, decision: str, reason: str) -> None:
    keys.choose(editor, "decision", decision)
    keys.write(editor, "#reason", reason)
    keys.press(editor, "button[value=decide]")


def review(reader, *, title: str, recommends: str, reasons: str, process: str = "") -> None:
    """Say yes, read, mark each line, and hand in; `process` is said to that section."""
    reader.goto("/desk/")
    keys.follow(reader, title)
    assert keys.fits(reader)
    keys.tick(reader, "#declares")
    keys.press(reader, "button[value=accept]")
    form = reader.url
    keys.follow(reader, "阅读全文")
    assert title in reader.locator("article.case h1").inner_text()
    reader.goto(form)
    if process:
        keys.unfold(reader, "#section-process")
        keys.write(reader, "[name=comment_process]", process)
    for line in reader.locator(".marks fieldset").all()[:LINES]:
        keys.choose(reader, line.locator("input").first.get_attribute("name"), "2")
    keys.choose(reader, "recommendation", recommends)
    keys.write(reader, "[name=reasons]", reasons)
    assert keys.fits(reader)
    keys.press(reader, "button[value=hand_in]")
    assert "已交出" in reader.locator("main").inner_text()


def review_and_publish(editor, readers, *, title: str, revise=None) -> None:
    """Check, two reviewers, decision. `readers` are windows of a practitioner and a researcher, in this order.

    With `revise` the practitioner asks for changes; it is called for the author to make them, and the text goes round
    once more.
    """
    sign_in(editor, "editor@example.org")
    practitioner, researcher = readers
    open_round(editor, title)
    pass_the_check(editor)
    ask(editor, PRACTITIONER, RESEARCHER)
    if revise:
        review(
            practitioner,
            title=title,
            recommends="小修",
            reasons="写得实在，人数请写清楚。",
            process="每次来了几户？",
        )
    else:
        review(practitioner, title=title, recommends="接受", reasons="写得实在。")
    review(researcher, title=title, recommends="接受", reasons="证据与说法相称。")
    open_round(editor, title)
    if revise:
        decide(editor, "请作者修改", "请照实务工作者的意见补上人数。")
        revise()
        open_round(editor, title)
        assert "九户" in editor.locator("main").inner_text()  # what the author answered
        pass_the_check(editor)  # who read it before is asked again
        review(practitioner, title=title, recommends="接受", reasons="人数写清楚了。")
        open_round(editor, title)
    decide(editor, "接受并发表", "谢谢你们写下来。")


def sign_in_reviewers(practitioner, researcher, mails) -> None:
    sign_in_by_code(practitioner, PRACTITIONER, mails)
    sign_in(researcher, RESEARCHER)
