"""How often cases are read, downloaded and cited, and what these counts say."""
