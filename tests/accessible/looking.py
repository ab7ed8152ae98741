"""A browser looks at pages that were made before, without a server: what it asks for is answered from memory."""

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import axe_playwright_python
from django.contrib.staticfiles import finders

from tests.accessible.shown import Page
from tests.world import chromium

HOST = "http://portal.test"
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
#: What axe objects to, a line for each element.
JUDGED = """async () => {
    const { violations } = await axe.run(document, { resultTypes: ["violations"] });
    return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 200)} ${node.failureSummary}`));
}"""
UNFOLDED = "() => { for (const fold of document.querySelectorAll('details')) fold.open = true; }"
#: WCAG 1.4.12: so much room for letters and lines anybody may ask for.
SPACED = """() => { const roomy = new CSSStyleSheet();
    roomy.replaceSync("* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important } p { margin-block-end: 2em !important }");
    document.adoptedStyleSheets.push(roomy); }"""
#: What sticks out to the right; in a box that scrolls by itself, it does not.
STICKING_OUT = """() => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    const scrolls = (each) => each !== document.body && (getComputedStyle(each).overflowX !== "visible" || scrolls(each.parentElement));
    const out = [...document.body.querySelectorAll("*")]
        .filter((each) => each.getBoundingClientRect().right > width + 1 && !scrolls(each.parentElement))
        .map((each) => each.outerHTML.slice(0, 200)).slice(-1);
    return out.length ? out : [`words out of their box, up to ${document.documentElement.scrollWidth}`];
}"""
#: Going through everything that takes the focus, down and up again: it must be marked, and not lie under something.
FOCUSED = """() => {
    const shown = (each) => each.checkVisibility({ visibilityProperty: true }) && !each.disabled && each.tabIndex >= 0;
    const all = [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")].filter(shown);
    const wrong = new Set();
    for (const each of [...all, ...all.toReversed()]) {
        each.focus({ focusVisible: true });
        if (document.activeElement !== each) continue;
        const marked = [each, each.closest(":focus-within:not(:has(:focus-within:focus-within > *))"), each.parentElement].filter(Boolean)
            .some((one) => getComputedStyle(one).outlineStyle !== "none" || getComputedStyle(one).boxShadow !== "none");
        if (!marked) wrong.add("not marked: " + each.outerHTML.slice(0, 200));
        const box = each.getBoundingClientRect();
        const isSmall = box.width < 4 || box.height < 4; // a control of which its label is shown
        const points = [[0.5, 0.5], [0.1, 0.1], [0.9, 0.1], [0.1, 0.9], [0.9, 0.9]]
            .map(([x, y]) => document.elementFromPoint(box.x + box.width * x, box.y + box.height * y));
        if (!isSmall && !points.some((there) => there && (each.contains(there) || there.contains(each))))
            wrong.add("covered: " + each.outerHTML.slice(0, 200));
    }
    return [...wrong];
}"""
MOVING = """() => document.getAnimations().map((each) => each.effect.target.outerHTML.slice(0, 200))
    .concat([...document.querySelectorAll("*")].filter((each) => {
        const style = getComputedStyle(each);
        return style.transitionDuration.split(", ").some((time) => time !== "0s") || style.scrollBehavior === "smooth";
    }).map((each) => each.outerHTML.slice(0, 200)))"""
#: Where colours are the reader's own, what is chosen must still differ from what is not, by more than a colour.
INDISTINCT = """() => {
    const look = (each) => { const style = getComputedStyle(each);
        return ["fontWeight", "textDecorationLine", "outlineStyle", "borderTopStyle", "borderBottomStyle",
            "borderTopColor", "borderBottomColor", "borderInlineStartStyle", "backgroundColor"].map((name) => style[name]).join(); };
    return [...document.querySelectorAll("[aria-current]:not([aria-current='false'], article *)")].filter((each) => {
        const others = [...each.parentElement.closest("nav, ul, ol, div").querySelectorAll(each.tagName)]
            .filter((one) => one !== each && !one.hasAttribute("aria-current") && one.className === each.className);
        return others.length && others.every((one) => look(one) === look(each));
    }).map((each) => each.outerHTML.slice(0, 200));
}"""
#: A field that was refused says so, and points to the sentence, itself or as a group; the focus is at the refusal.
UNTOLD = """() => {
    const wrong = [];
    for (const field of document.querySelectorAll("main [aria-invalid=true]")) {
        const says = field.hasAttribute("aria-describedby") ? field : field.closest("fieldset[aria-describedby]");
        const told = (says?.getAttribute("aria-describedby") ?? "").split(" ").map((id) => document.getElementById(id));
        if (!told.some((one) => one?.textContent.trim()) || told.includes(null)) wrong.push("not described: " + field.outerHTML.slice(0, 200));
    }
    const refused = document.querySelector("main :is(.refusals, [aria-invalid=true])");
    if (refused && !document.activeElement.matches(".refusals, [aria-invalid=true]"))
        wrong.push("the focus is elsewhere: " + document.activeElement.outerHTML.slice(0, 100));
    return wrong;
}"""


def look_at(pages: Iterable[Page]) -> dict[str, list[str]]:
    """What is wrong with these pages, by the kind of trouble, each of them by day and by night."""
    pages, found = list(pages), defaultdict(list)
    with chromium(base_url=HOST, reduced_motion="reduce") as context:
        window = context.new_page()
        shown = {}

        def serve(route):
            if route.request.is_navigation_request():
                return route.fulfill(body=shown["page"].html, content_type="text/html; charset=utf-8")
            _, is_ours, name = route.request.url.split("?")[0].partition("/static/")
            if is_ours and (path := finders.find(name)):
                return route.fulfill(path=path)
            return route.fulfill(status=404)

        context.route("**/*", serve)
        for page in pages:

            def note(kind, script, page=page):
                if lines := window.evaluate(script):
                    found[kind] += [f"{page}: {line}" for line in lines]

            shown["page"] = page
            window.emulate_media(color_scheme="light", forced_colors="none")
            window.set_viewport_size({"width": 1280, "height": 900})
            window.goto(page.address)
            if page.is_answer:
                note("refusals", UNTOLD)
            window.evaluate(UNFOLDED)
            window.evaluate(AXE)
            note("axe by day", JUDGED)
            window.emulate_media(color_scheme="dark")
            note("axe by night", JUDGED)
            note("motion", MOVING)
            window.emulate_media(forced_colors="active")
            note("forced colours", INDISTINCT)
            window.set_viewport_size({"width": 320, "height": 512})
            note("focus", FOCUSED)
            window.emulate_media(forced_colors="none")
            note("width", STICKING_OUT)
            window.evaluate(SPACED)
            note("spacing", STICKING_OUT)
    return dict(found)
