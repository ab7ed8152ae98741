"""Hours of continuing education: what was earned, and what is asked of a role in a province."""
