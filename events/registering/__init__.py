"""How somebody gets a place: seats, the line, what is asked of them, and why it may be refused."""
