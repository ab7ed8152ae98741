"""What the portal is made of: no version with a known hole, and a bill of materials that names every part."""

import json
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[3]
LOCKS = ("requirements.txt", "requirements-search.txt", "requirements-dev.txt")

#: The lowest version without a hole that was known on 2026-11-29, and which hole the one before it had.
#: Whoever reads of a new one raises the number here; the fix is in within 48 hours if critical, 7 days if high, 30 if medium.
SAFE_FROM = {
    "django": ("5.2.19", "CVE-2026-108147 multipart memory, CVE-2026-113593 missing Vary"),
    "wagtail": ("8.0.1", "CVE-2026-55468 and the holes between editors of 2026"),
    "django-allauth": ("65.21.1", "limits of several windows shared one count; 65.20.1 replayed codes"),
    "pillow": ("11.3.0", "CVE-2025-48379 buffer overflow in DDS"),
    "cryptography": ("44.0.1", "CVE-2024-12797 raw public keys"),
    "gunicorn": ("23.0.0", "CVE-2024-6827 request smuggling"),
    "lxml": ("6.0.0", "libxml2 2.14 and its fixes"),
    "pypdf": ("6.0.0", "CVE-2025-55197 memory of a small PDF"),
    "urllib3": ("2.6.0", "CVE-2025-66418 and CVE-2025-66471 decompression"),
    "requests": ("2.32.4", "CVE-2024-47081 .netrc"),
    "sqlparse": ("0.5.0", "CVE-2024-4340 recursion"),
}


def locked(file: str) -> dict[str, str]:
    """Name and version of every part in a lock file."""
    found = re.findall(
        r"^([A-Za-z0-9_.-]+)(?:\[[^]]*\])?==([^\s;\\]+)", (ROOT / file).read_text(), re.MULTILINE
    )
    return {name.lower(): number for name, number in found}


@pytest.mark.parametrize("name", SAFE_FROM)
def test_no_lock_file_holds_a_version_with_a_known_hole(name):
    safe = Version(SAFE_FROM[name][0])
    for file in LOCKS:
        number = locked(file).get(name)
        assert number is None or Version(number) >= safe, f"{file}: {name} {number}: {SAFE_FROM[name][1]}"


@pytest.mark.parametrize("name", ["django", "wagtail", "django-allauth", "pillow", "cryptography"])
def test_what_runs_here_is_what_is_locked(name):
    assert version(name) == locked("requirements-dev.txt")[name]


def test_the_lock_with_the_clients_of_search_servers_is_the_plain_one_and_those():
    plain, search = locked("requirements.txt"), locked("requirements-search.txt")
    assert plain.items() <= search.items()
    assert {"elasticsearch-dsl", "elasticsearch", "opensearch-py"} <= search.keys() - plain.keys()


def test_every_part_is_locked_with_its_fingerprint():
    for file in LOCKS:
        text = (ROOT / file).read_text()
        parts = re.split(r"\n(?=[a-z0-9])", text, flags=re.IGNORECASE)
        assert [part.split("==")[0] for part in parts if "==" in part and "--hash=sha256:" not in part] == []
        assert "://" not in text  # no registry's address


def test_the_bill_of_materials_names_every_part_with_version_fingerprint_and_licence():
    made = subprocess.run(
        [sys.executable, "manage.py", "sbom"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    bill = json.loads(made.stdout)
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    assert bill["metadata"]["component"]["name"] == "tongxing"
    parts = {part["name"].lower(): part["version"] for part in bill["components"]}
    assert parts == locked("requirements.txt")
    for part in bill["components"]:
        assert part["purl"] == f"pkg:pypi/{part['name']}@{part['version']}"
        assert part["hashes"]
        assert {one["alg"] for one in part["hashes"]} == {"SHA-256"}
    assert sum("licenses" in part for part in bill["components"]) > len(parts) * 0.8
