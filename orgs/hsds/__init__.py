"""Reading the Human Services Data Specification: the JSON of version 3 and the CSV tables of versions 1 to 2 and of Ohana.

Both become the `Incoming` agencies of `orgs.incoming`. Personal contacts are counted and not kept: the directory
names people only when they have an account and agree. Terms of foreign vocabularies are counted, and tie a service to a
topic of ours only where code or name are the same. What our own read API says (`orgs.open_data`) comes back whole.
"""

from orgs.hsds.folder import read_folder
from orgs.hsds.records import read_json

__all__ = ["read_folder", "read_json"]
