"""Open data: the directory as a read API in the Human Services Data Specification, version 3 (docs/open-data.md)."""
