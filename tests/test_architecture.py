"""The picture of the house: who may import whom. portal <- orgs <- events | casestudies."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MAY_IMPORT = {
    "portal": {"portal"},
    "orgs": {"portal", "orgs"},
    "events": {"portal", "orgs", "events"},
    "casestudies": {"portal", "orgs", "casestudies"},
}
#: The folders of `events/` in the order in which people meet them.
IN_TIME = ("registering", "nominating", "attending", "hours", "certifying")
#: Names that tell a reader nothing about what is inside.
EMPTY_NAMES = {"utils", "helpers", "services", "common", "misc", "managers"}


def imports_of(file: Path, *, parts: int = 1) -> set[str]:
    """The first `parts` of every absolute import, wherever in the file it stands."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {f"{node.module}.{name.name}" for name in node.names}
    return {".".join(name.split(".")[:parts]) for name in found}


def files_of(app: str) -> list[Path]:
    return [file for file in (ROOT / app).rglob("*.py") if "migrations" not in file.parts]


@pytest.mark.parametrize("app", MAY_IMPORT)
def test_an_app_imports_only_what_stands_below_it(app):
    strangers = {
        f"{file.relative_to(ROOT)} imports {name}"
        for file in files_of(app)
        for name in imports_of(file) & set(MAY_IMPORT) - MAY_IMPORT[app]
    }
    assert strangers == set()


def test_what_happens_later_at_an_event_knows_what_came_before_and_never_the_other_way():
    later = [
        f"{file.relative_to(ROOT)} imports {name}"
        for number, folder in enumerate(IN_TIME)
        for file in (ROOT / "events" / folder).rglob("*.py")
        for name in imports_of(file, parts=2) & {f"events.{other}" for other in IN_TIME[number + 1 :]}
    ]
    assert later == []


@pytest.mark.parametrize("app", MAY_IMPORT)
def test_no_file_has_a_name_that_says_nothing(app):
    assert [str(file) for file in files_of(app) if file.stem in EMPTY_NAMES] == []


@pytest.mark.parametrize("app", MAY_IMPORT)
def test_every_module_says_what_it_is_for(app):
    silent = [
        str(file.relative_to(ROOT))
        for file in files_of(app)
        if file.name not in ("__init__.py", "apps.py")
        and not ast.get_docstring(ast.parse(file.read_text(encoding="utf-8")))
    ]
    assert silent == []


@pytest.mark.parametrize("app", MAY_IMPORT)
def test_rules_and_models_never_see_a_request(app):
    edges = {
        "views.py",
        "forms.py",
        "urls.py",
        "wagtail_hooks.py",
        "errors.py",
        "adapters.py",
        "signup.py",
        "console.py",
    }
    folders = {"management", "console", "forms"}
    rules = [
        file
        for file in files_of(app)
        if file.name not in edges and not file.name.endswith("_views.py") and not folders & set(file.parts)
    ]
    assert [str(file.relative_to(ROOT)) for file in rules if {"shortcuts", "http"} & django_parts(file)] == []


def django_parts(file: Path) -> set[str]:
    """The parts of Django that a file imports, such as http or db."""
    return {
        node.module.split(".")[1]
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("django.")
    }
