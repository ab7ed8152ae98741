"""What readers keep for themselves: reading lists, notes and saved searches."""
