"""BibTeX (@techreport) and biblatex (@report)."""

from casestudies.models import CaseStudy
from casestudies.open_data.citation import source
from casestudies.open_data.citation.names import Name
from casestudies.open_data.identifier import doi_of, permanent_url

SPECIAL = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
#: BibTeX counts braces whether or not a backslash stands before them, so an odd one must not be written as a brace.
ODD_BRACES = {"{": r"\textbraceleft{}", "}": r"\textbraceright{}"}


def bibtex(case: CaseStudy) -> str:
    on = source.published_on(case)
    version = f"Version {source.version(case)}" if source.version(case) else ""
    fields = {
        **shared(case),
        "year": str(on.year),
        "month": str(on.month),
        "language": "chinese" if source.is_chinese(case) else "english",
        "note": ". ".join(filter(None, (version, source.withdrawn(case)))),
    }
    return entry("techreport", case, fields)


def biblatex(case: CaseStudy) -> str:
    fields = {
        **shared(case),
        "date": source.published_on(case).isoformat(),
        "version": source.version(case),
        "note": source.withdrawn(case),
        "pubstate": "withdrawn" if case.withdrawn_at else "",
        "langid": "chinese" if source.is_chinese(case) else "english",
    }
    return entry("report", case, fields)


def shared(case: CaseStudy) -> dict[str, str]:
    return {
        "author": " and ".join(tex_name(name) for name in source.authors(case)),
        "title": f"{{{tex(source.title(case))}}}",
        "institution": f"{{{tex(source.institution(case))}}}",
        "type": source.genre(case),
        "number": str(case.public_id),
        "doi": doi_of(case) or "",
        "url": permanent_url(case),
        "keywords": ", ".join(tex(word.replace(",", ";")) for word in source.keywords(case)),
        "abstract": tex(source.abstract(case)),
    }


def entry(kind: str, case: CaseStudy, fields: dict[str, str]) -> str:
    lines = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items() if value)
    return f"@{kind}{{{source.key_of(case)},\n{lines}\n}}\n"


def tex_name(name: Name) -> str:
    """In braces what must stay whole: otherwise "and" would part it, and a comma or a small word turn it round."""
    plainly = f"{name.given} {name.family}"
    is_ordinary = " and " not in f" {plainly.lower()} " and "," not in plainly and "{" not in tex(plainly)
    return tex(plainly) if is_ordinary and not name.is_whole else f"{{{tex(name.whole)}}}"


def tex(words: str) -> str:
    """Words as TeX takes them for words."""
    braces = {"{": r"\{", "}": r"\}"} if is_balanced(words) else ODD_BRACES
    special = {**SPECIAL, **braces}
    return "".join(special.get(c) or (f"\\{c}" if c in "&%$#_" else c) for c in words)


def is_balanced(words: str) -> bool:
    """Whether every brace has its other half, in this order."""
    depth = 0
    for c in words:
        depth += (c == "{") - (c == "}")
        if depth < 0:
            return False
    return depth == 0
