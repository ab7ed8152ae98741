"""docs/checklist.md says for each line of the security checklist which test holds it; here is that those tests exist."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CHECKLIST = ROOT / "docs" / "checklist.md"
NAMED = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")


def names_in(file: Path) -> set[str]:
    """The names of the test functions of a file, those in classes too."""
    tree = ast.parse(file.read_text())
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_every_test_that_the_checklist_names_exists():
    missing = []
    for file, name in NAMED.findall(CHECKLIST.read_text()):
        path = ROOT / file
        if not path.exists() or (name and name not in names_in(path)):
            missing.append(f"{file}::{name}")
    assert missing == []


def test_every_line_of_the_checklist_names_a_test_or_says_why_not():
    rows = [row for row in CHECKLIST.read_text().splitlines() if re.match(r"\| \d+", row)]
    assert [int(re.findall(r"\d+", row)[0]) for row in rows] == list(range(1, 47))
    unheld = [row for row in rows if not NAMED.search(row) and "not held" not in row]
    assert unheld == []
