"""Writing a case study: drafts, who writes along, what a draft still lacks."""
