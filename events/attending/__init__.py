"""Who came: tickets, the list at the door, what its devices saw, the log of an online meeting."""
