"""What the portal is made of, as CycloneDX JSON, read from requirements.txt: each part, its version, fingerprints, licence."""

import json
import re
import uuid
from importlib.metadata import PackageNotFoundError, metadata

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

PART = re.compile(r"^([A-Za-z0-9_.-]+)(?:\[[^]]*\])?==([^\s;\\]+)(.*?)(?=^\S|\Z)", re.MULTILINE | re.DOTALL)


class Command(BaseCommand):
    help = "Print the software bill of materials (CycloneDX 1.6) of the production lock file."
    requires_system_checks = ()

    def handle(self, **options):
        locked = (settings.BASE_DIR / "requirements.txt").read_text()
        bill = {
            "bomFormat": "CycloneDX",
            "specVersion": "1.6",
            "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, locked)}",  # the same parts, the same number
            "version": 1,
            "metadata": {
                "timestamp": timezone.now().isoformat(timespec="seconds"),
                "component": {"type": "application", "name": "tongxing", "version": "0.1.0"},
            },
            "components": [component(*found) for found in PART.findall(locked)],
        }
        self.stdout.write(json.dumps(bill, ensure_ascii=False, indent=2))


def component(name: str, version: str, rest: str) -> dict:
    """One part as CycloneDX tells it; the licence where it is installed here and says one."""
    hashes = re.findall(r"--hash=sha256:([0-9a-f]{64})", rest)
    part = {
        "type": "library",
        "bom-ref": f"{name}@{version}",
        "name": name,
        "version": version,
        "purl": f"pkg:pypi/{name}@{version}",
        "hashes": [{"alg": "SHA-256", "content": one} for one in hashes],
    }
    if licence := licence_of(name):
        part["licenses"] = [{"license": {"name": licence}}]
    return part


def licence_of(name: str) -> str:
    try:
        said = metadata(name)
    except PackageNotFoundError:
        return ""
    classified = [line.split(" :: ")[-1] for line in said.get_all("Classifier", []) if "License" in line]
    return (
        said.get("License-Expression") or ", ".join(classified) or (said.get("License") or "").split("\n")[0]
    )
