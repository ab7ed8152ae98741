"""What the read API says about itself: its root, its profile and its OpenAPI document (HSDS 3.0)."""

from django.conf import settings

from orgs.open_data import licence
from orgs.open_data.identity import address
from orgs.open_data.question import FORMATS, LAST_PAGE, LONGEST_SEARCH, MOST_PER_PAGE, PER_PAGE
from orgs.open_data.taxonomy import LINK_TYPES, VALUES
from portal.models import Topic

VERSION = "3.0"
SCHEMAS = "https://raw.githubusercontent.com/openreferral/specification/3.0/schema/"
BOOLEAN, IDENTIFIER = {"type": "boolean"}, {"type": "string", "format": "uuid"}
PARAMETERS = {
    "search": (
        {"type": "string", "maxLength": LONGEST_SEARCH, "pattern": "^[^\\u0000]*$"},
        "Every word must stand in a name, a description or the name of a term.",
    ),
    "page": ({"type": "integer", "minimum": 1, "maximum": LAST_PAGE}, "Which page, from 1."),
    "per_page": (
        {"type": "integer", "minimum": 1, "maximum": MOST_PER_PAGE},
        f"How many records on a page: {PER_PAGE} when it is not said.",
    ),
    "format": (
        {"type": "string", "enum": list(FORMATS)},
        "As ndjson all records come in one stream, one to a line.",
    ),
    "taxonomy_term_id": (IDENTIFIER, "Services with this term or a narrower one."),
    "taxonomy_id": (IDENTIFIER, "Services with any term of this taxonomy; terms of this taxonomy."),
    "organization_id": (IDENTIFIER, "Services of this organization."),
    "modified_after": (
        {"type": "string", "anyOf": [{"format": "date"}, {"format": "date-time"}]},
        "Records that changed at this date or time (ISO 8601) or later.",
    ),
    "minimal": (BOOLEAN, "Only id and modified_date, all on one page unless per_page is given."),
    "full": (BOOLEAN, "Each record with everything that hangs from it."),
    "full_service": (BOOLEAN, "Organizations with their services whole."),
    "top_only": (BOOLEAN, "Only terms without a broader term."),
    "parent_id": (IDENTIFIER, "Only terms right below this one."),
}
LISTS = {
    "services": (
        "service_list",
        "search page per_page format taxonomy_term_id taxonomy_id organization_id modified_after minimal full",
    ),
    "organizations": ("organization_list", "search page per_page format modified_after full full_service"),
    "service_at_locations": (
        "service_at_location_list",
        "search page per_page format taxonomy_term_id taxonomy_id organization_id modified_after full",
    ),
    "taxonomies": ("taxonomy", "search page per_page format"),
    "taxonomy_terms": ("taxonomy_term", "search page per_page format taxonomy_id top_only parent_id"),
}
RECORDS = {
    "services": ("service", ""),
    "organizations": ("organization", "full_service"),
    "service_at_locations": ("service_at_location", ""),
    "taxonomies": ("taxonomy", ""),
    "taxonomy_terms": ("taxonomy_term", ""),
}
COUNTED = {
    "total_items": "integer",
    "total_pages": "integer",
    "page_number": "integer",
    "size": "integer",
    "first_page": "boolean",
    "last_page": "boolean",
    "empty": "boolean",
}


def root() -> dict:
    """Where a client begins."""
    return {
        "version": VERSION,
        "profile": address("hsds_profile"),
        "openapi_url": address("hsds_openapi"),
    }


def profile() -> dict:
    """What our records say beyond the fields of HSDS, in attributes."""
    return {
        "name": "Tongxing",
        "version": VERSION,
        "description": (
            "HSDS 3.0 without changes to its fields. Names are in Chinese, with the English name as alternate_name. "
            "What HSDS has no field for stands in attributes, by these link types. People are never in it, and "
            "neither is anything that an agency does not show to everybody."
        ),
        "license": {"name": licence.NAME, "identifier": licence.IDENTIFIER, "url": licence.URL},
        "attribution": licence.ATTRIBUTION,
        "link_types": {
            **{
                link_type: f"A term of our vocabulary {Topic.Scheme(scheme).value}."
                for scheme, link_type in LINK_TYPES.items()
            },
            **VALUES,
        },
    }


def document() -> dict:
    """The OpenAPI 3.1 document of this API, with the schemas of HSDS by reference."""
    paths: dict = {"/": {"get": operation("getAPIMetaInformation", "What this API is.", {"type": "object"})}}
    for name, (schema, parameters) in LISTS.items():
        items = schema_of(schema)
        if "minimal" in parameters.split():
            items = {"anyOf": [items, {"$ref": "#/components/schemas/Minimal"}]}
        page = {
            "allOf": [{"$ref": "#/components/schemas/Page"}],
            "properties": {"contents": {"type": "array", "items": items}},
        }
        listed = operation(f"list_{name}", f"A page of {name}.", page, parameters, is_stream=True)
        paths[f"/{name}"] = {"get": listed}
    for name, (schema, parameters) in RECORDS.items():
        whole = operation(
            f"get_{name}", "One record, whole.", schema_of(schema), parameters, refusals=("400", "404")
        )
        paths[f"/{name}/{{id}}"] = {"parameters": [{"$ref": "#/components/parameters/id"}], "get": whole}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "同行 Tongxing",
            "version": VERSION,
            "summary": "Agencies that serve internal migrants in China, their services and places.",
            "description": licence.ATTRIBUTION,
            "license": {"name": licence.NAME, "identifier": licence.IDENTIFIER},
        },
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "servers": [{"url": settings.SITE_URL + "/hsds/v3"}],
        "paths": paths,
        "components": {
            "schemas": {
                "Page": {
                    "type": "object",
                    "required": list(COUNTED),
                    "properties": {name: {"type": kind} for name, kind in COUNTED.items()},
                },
                "Minimal": {
                    "type": "object",
                    "required": ["id", "modified_date"],
                    "properties": {
                        "id": IDENTIFIER,
                        "modified_date": {"type": "string", "format": "date-time"},
                    },
                    "additionalProperties": False,
                },
                "Error": {
                    "type": "object",
                    "required": ["status", "error"],
                    "properties": {"status": {"type": "integer"}, "error": {"type": "string"}},
                },
            },
            "parameters": {
                "id": {
                    "name": "id",
                    "in": "path",
                    "required": True,
                    "schema": IDENTIFIER,
                },
                **{
                    name: {
                        "name": name,
                        "in": "query",
                        "required": False,
                        "description": words,
                        "schema": schema,
                    }
                    for name, (schema, words) in PARAMETERS.items()
                },
            },
        },
    }


def schema_of(name: str) -> dict:
    folder = "" if name.startswith("taxonomy") else "compiled/"
    return {"$ref": f"{SCHEMAS}{folder}{name}.json"}


def operation(
    name: str,
    words: str,
    schema: dict,
    parameters: str = "",
    *,
    refusals: tuple[str, ...] = ("400",),
    is_stream: bool = False,
) -> dict:
    """One GET of the document: `parameters` by name, separated by spaces; `is_stream` where it also answers as ndjson."""
    refusal = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    answer = {"application/json": {"schema": schema}}
    if is_stream:
        answer["application/x-ndjson"] = {"schema": {"type": "string"}}
    return {
        "operationId": name,
        "summary": words,
        "parameters": [{"$ref": f"#/components/parameters/{one}"} for one in parameters.split()],
        "responses": {
            "200": {"description": words, "content": answer},
            **{status: {"description": "A sentence.", "content": refusal} for status in refusals},
        },
    }
