"""What people fill in. Forms check; the rules decide."""
