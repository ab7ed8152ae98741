"""How a submitted case study comes to be published: the steps of those who review it."""

from tests.journeys.people import sign_in


def review_and_publish(editor, *, title: str, case_id: str, writer=None) -> None:
    """The editor reads and approves. `writer` is the window of its author, for what reviewers ask her to change."""
    sign_in(editor, "editor@example.org")
    editor.goto("/admin/snippets/casestudies/casestudy/")
    editor.get_by_role("link", name=title).first.click()
    approve = editor.locator("[data-workflow-action-name=approve]").first
    menu = editor.locator("[data-controller~=w-dropdown]", has=approve)
    menu.locator("[data-w-dropdown-target=toggle]").click()
    approve.click()
    editor.wait_for_load_state()
