"""What is certified about attending: issued, set as a paper, checked by its number."""
