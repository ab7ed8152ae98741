"""The schemas that HSDS 3 publishes, from files beside the repository."""

import json

from tests.given import given


def schema(name: str) -> dict:
    """One of them, `"service.json"` for one; a vocabulary and its terms are only written inside others."""
    if name.startswith("taxonom"):
        definitions = json.loads(given("schemas", "hsds-3", "service_with_definitions.json").read_text())
        kind = name.removesuffix(".json")
        return {"$ref": f"#/definitions/{kind}", "definitions": definitions["definitions"]}
    return json.loads(given("schemas", "hsds-3", name).read_text())
