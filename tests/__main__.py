"""`make test`: everything that this machine can run, and an honest list of what it could not.

The suite on SQLite, the same suite on PostgreSQL, the search on OpenSearch, every page and journeys in Chromium. On Debian as root what is missing is
installed by apt. With STRICT=1 a part that could not run is a failure.
"""

import os
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from contextlib import ExitStack
from pathlib import Path

from tests.machine import Missing, find_chromium, find_fonts, opensearch, postgres

ROOT = Path(__file__).resolve().parent.parent
WITHOUT_OPENSEARCH = ["--ignore=tests/journeys", "--ignore=tests/accessible", "-m", "not opensearch"]
STRICT = os.environ.get("STRICT") == "1"


def run_pytest(name: str, *arguments: str, **environment: str) -> tuple[int, dict, set[str]]:
    """Run pytest once. Returns its exit code, the counts, and the reasons of what was skipped."""
    print(f"\n== {name} ==", flush=True)
    with tempfile.TemporaryDirectory(prefix="tongxing-test-") as folder:
        report = Path(folder) / "report.xml"
        code = subprocess.run(
            [sys.executable, "-m", "pytest", f"--junitxml={report}", *arguments],
            cwd=ROOT,
            env={**os.environ, "VAR_DIR": folder, **environment},
            check=False,
        ).returncode
        suite = ET.parse(report).getroot().find("testsuite") if report.exists() else None
    if suite is None:
        return code or 1, {"tests": 0, "skipped": 0}, set()
    reasons = {skip.get("message", "") for skip in suite.iter("skipped")}
    return code, {"tests": int(suite.get("tests")), "skipped": int(suite.get("skipped"))}, reasons


def main() -> int:
    began = time.monotonic()
    failed, could_not_run, lines, skipped = [], [], [], set()

    def part(name: str, *arguments: str, **environment: str) -> None:
        code, counts, reasons = run_pytest(name, *arguments, **environment)
        lines.append(
            f"{name}: {counts['tests'] - counts['skipped']} tests ran"
            + (f", {counts['skipped']} skipped" if counts["skipped"] else "")
        )
        skipped.update(reasons)
        if code:
            failed.append(name)

    folder = tempfile.TemporaryDirectory(prefix="tongxing-migrated-")
    os.environ["MIGRATED_DIR"] = folder.name  # what one part has migrated the next begins with
    try:
        find_fonts()
    except Missing as error:
        could_not_run.append(f"Certificates as PDF: {error}")
    with ExitStack() as services:
        try:
            search_url = services.enter_context(opensearch())  # starts while the first part runs
        except Missing as error:
            could_not_run.append(f"OpenSearch: {error}")
            search_url = None
        part("SQLite", "-n", "2", *WITHOUT_OPENSEARCH)
        if search_url:
            try:
                part("OpenSearch", "-m", "opensearch", "tests/portal/search", SEARCH_TEST_URL=search_url())
            except Missing as error:
                could_not_run.append(f"OpenSearch: {error}")
    try:
        with postgres() as url:
            # Random histories are long; the invariants that they try are the same on both databases.
            few = {"DATABASE_POOL": "70", "HISTORIES": "400"}
            part("PostgreSQL", "-n", "2", *WITHOUT_OPENSEARCH, DATABASE_URL=url, **few)
    except (Missing, subprocess.CalledProcessError) as error:
        could_not_run.append(f"PostgreSQL: {error}")
    try:
        chromium = find_chromium()
        part("Accessibility", "-n", "2", "tests/accessible", CHROMIUM=chromium)
        part("Browser", "tests/journeys", CHROMIUM=chromium)
    except Missing as error:
        could_not_run.append(f"Browser: {error}")

    print(f"\n== Summary ({time.monotonic() - began:.0f} s) ==")
    print("\n".join(lines))
    for reason in sorted(skipped):
        print(f"skipped: {reason}")
    for reason in could_not_run:
        print(f"could not run: {reason}")
    if failed:
        print("FAILED: " + ", ".join(failed))
    return 1 if failed or (STRICT and could_not_run) else 0


if __name__ == "__main__":
    sys.exit(main())
