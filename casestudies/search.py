"""The search documents of this app: see portal.search."""
