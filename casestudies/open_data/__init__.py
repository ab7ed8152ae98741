"""Case studies for programs and for reference lists: citations, metadata, feeds, harvesting, bulk files."""
