"""Texts that would run a script where a page forgot to escape them, and how they come into every column of the database,
and what of a page they must not become."""

import json
import re
from collections.abc import Iterator
from itertools import count

from django.apps import apps
from django.conf import settings
from django.db import IntegrityError, models, transaction
from lxml import etree, html
from wagtail.models import Revision

from casestudies import rich_text, version_guard
from casestudies.models import CaseNote, CaseStudy
from casestudies.review import guard as review_guard
from events.models import Event, Question
from orgs import audit
from orgs.models import Agency, AgencyText
from portal.search import rebuild

HOSTILE = [
    # Elements
    "<script>alert(1)</script>",
    "<ScRiPt>alert(1)</sCrIpT>",
    "<script src=//evil.example/x.js></script>",
    "<script/x>alert(1)</script>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "</script><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    "</template><script>alert(1)</script>",
    "--><script>alert(1)</script><!--",
    "]]><script>alert(1)</script>",
    "<!--<img src=\"--><img src=x onerror=alert(1)>\">",
    "<img src=x onerror=alert(1)>",
    "<img/src='x'/onerror=alert(1)>",
    "<img src=x onerror=alert(1)//",
    "<image src=x onerror=alert(1)>",
    "<<b onclick=alert(1)>b",
    "<body onload=alert(1)>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<object data=javascript:alert(1)>",
    "<embed src=javascript:alert(1)>",
    "<base href=//evil.example/>",
    "<meta http-equiv=refresh content=0;url=//evil.example>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<form action=//evil.example><input name=password>",
    "<input autofocus onfocus=alert(1)>",
    "<details open ontoggle=alert(1)>",
    "<video><source onerror=alert(1)>",
    "<marquee onstart=alert(1)>",
    "<x-y tabindex=1 onfocus=alert(1) autofocus>",
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
    # SVG and MathML
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><a xlink:href=javascript:alert(1)><text>x</text></a></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<svg><set attributeName=href to=javascript:alert(1)>",
    "<svg><use href=data:image/svg+xml,x#y></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    # Out of an attribute
    "\" onmouseover=\"alert(1)",
    "' onmouseover='alert(1)",
    "\"><script>alert(1)</script>",
    "'><img src=x onerror=alert(1)>",
    "` onmouseover=`alert(1)",
    "x onmouseover=alert(1) y=",
    # Addresses and Markdown
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\tscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox(1)",
    "[link](javascript:alert(1))",
    "[link](  JAVASCRIPT&colon;alert(1))",
    "![x](x\" onerror=\"alert(1))",
    "<javascript:alert(1)>",
    "[x]: javascript:alert(1)\n[x]",
    "**<b onclick=alert(1)>x</b>**",
    # Entities, marks of templates, styles, and what is not quite text
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "＜script＞alert(1)＜/script＞",
    "{{ request.user }}{% debug %}${alert(1)}",
    "\u202e<script>alert(1)</script>\u2028\ufeff",
    "<style>*{background:url(javascript:alert(1))}</style>",
    "<p style=\"width:expression(alert(1))\">",
]  # fmt: skip
#: What only looks like free text: it has a shape that every way in checks, and the portal reads it as that.
SHAPED = {
    "code", "content_type", "doi", "fingerprint", "language", "number", "orcid", "password", "query", "section", "sha256",
    "spec", "state", "time_zone", "token_hash", "uscc", "version", "notice_version", "field", "only_if_answer", "evidence",
    "what", "kind", "stands_for", "file", "email",
}  # fmt: skip
#: Lists of free texts.
LISTS = {"keywords", "former_names", "choices", "speakers"}


class Planter:
    """Gives each column texts of its own, with a mark before each that tells which column it was."""

    def __init__(self):
        self.turn = count()
        self.planted: dict[str, tuple[str, str]] = {}

    def words(self, where: str, room: int = 1500) -> str:
        """As many texts as there is room for, each after its mark."""
        text = ""
        while True:
            turn = next(self.turn)
            mark, hostile = f"k{turn:04d}", HOSTILE[turn % len(HOSTILE)]
            if text and len(text) + len(mark) + len(hostile) + 1 > room:
                return text
            if not text and len(mark) + len(hostile) > room:
                hostile = "<b>" if room < 20 else "<script>x</script>"[: room - len(mark)]
            text += f"{' ' if text else ''}{mark}{hostile}"
            self.planted[mark] = (where, hostile)

    def section(self, where: str) -> str:
        """As Markdown of the console, and as HTML of the admin."""
        return rich_text.from_markdown(self.words(where)) + rich_text.clean(self.words(where))

    def value(self, field: models.Field):
        where = f"{field.model._meta.label}.{field.name}"
        if field.name in LISTS:
            return [self.words(where, 60), self.words(where, 60)]
        if field.model is CaseStudy and field.name in CaseStudy.SECTIONS:
            return self.section(where)
        return self.words(where, min(field.max_length or 1500, 1500))

    def fields(self, model) -> list[models.Field]:
        return [
            field
            for field in model._meta.local_fields
            if (type(field) in (models.CharField, models.TextField) or field.name in LISTS)
            and not (field.choices or field.unique or field.name in SHAPED)
        ]

    def everywhere(self) -> None:
        """Into each row of each table, and into the drafts and versions that hold such fields."""
        for watching in (version_guard.guard, review_guard.guard, audit.guard):
            watching.remove()
        texts = {}
        for label in settings.RECORD_APPS:
            for model in apps.get_app_config(label).get_models():
                fields = self.fields(model)
                texts |= {field.name: field for field in fields}
                for row in model._base_manager.all() if fields else ():
                    values = {field.name: self.value(field) for field in fields}
                    filled = {name: value for name, value in values.items() if getattr(row, name)}
                    try:
                        with transaction.atomic():
                            model._base_manager.filter(pk=row.pk).update(**values)
                    except IntegrityError:  # such as a guest's name beside a person
                        model._base_manager.filter(pk=row.pk).update(**filled)
        for revision in Revision.objects.all():
            Revision.objects.filter(pk=revision.pk).update(content=self.planted_in(revision.content, texts))

    def planted_in(self, content, texts):
        if isinstance(content, list):
            return [self.planted_in(each, texts) for each in content]
        if not isinstance(content, dict):
            return content
        return {
            name: self.value(texts[name])
            if name in texts and isinstance(value, (str, list))
            else self.planted_in(value, texts)
            for name, value in content.items()
        }


def plant(world: dict) -> Planter:
    """Into everything that is in this world, with a question and a note beside it; the search knows them."""
    event = Event.objects.get(public_id=world["arguments"]["public_id"]["event"])
    Event.objects.filter(pk=event.pk).update(has_questions=True)
    for position, kind in enumerate(("short", "one")):
        Question.objects.create(event=event, position=position, kind=kind, label="?", choices=["!"])
    reader, read = world["people"]["newcomer"], world["arguments"]["public_id"]["case"]
    CaseNote.objects.create(user=reader, case=CaseStudy.objects.get(public_id=read), text="!")
    AgencyText.objects.create(agency=world["agency"], language="zh-hans", mission="!", description="!")
    planter = Planter()
    planter.everywhere()
    for agency in Agency.objects.all():
        agency.save()  # with a new stamp, so that the directory reads it anew
    rebuild()
    return planter


#: Without a shape of these, nothing may be an address in a page.
HARMLESS = re.compile(
    r"(https?://|webcal://|mailto:|tel:|/|\?|#|\.|$|[\w%-]+[/?]|data:image/(png|svg\+xml)[;,])"
)
ADDRESSED = (
    "href",
    "src",
    "action",
    "formaction",
    "data",
    "poster",
    "{http://www.w3.org/1999/xlink}href",
    "xlink:href",
)
FOREIGN = {
    "iframe",
    "object",
    "embed",
    "base",
    "style",
    "marquee",
    "math",
    "mglyph",
    "image",
    "frame",
    "x-y",
    "animate",
    "set",
}


def wrong_with(page) -> Iterator[str]:
    """What in this page would run, load or lead away, although it came from a text."""
    for element in page.iter(etree.Element):
        tag = element.tag.lower() if isinstance(element.tag, str) else ""
        if tag == "script" and not element.get("src", "").startswith("/static/"):
            if element.get("type") not in ("application/ld+json", "application/json"):
                yield f"script {element.text}"
            else:
                json.loads(element.text)
        if tag in FOREIGN or (tag == "meta" and element.get("http-equiv")):
            yield f"element {html.tostring(element, encoding='unicode')[:200]}"
        for name, value in element.attrib.items():
            if name.lower().startswith("on") or name == "style" or name == "srcdoc":
                yield f"{tag} {name}={value}"
            if name.lower() in ADDRESSED and not HARMLESS.match(re.sub(r"[\x00-\x20]", "", value)):
                yield f"{tag} {name}={value}"
