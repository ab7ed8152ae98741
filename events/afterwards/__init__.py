"""What remains of an event: the feedback of those who were there, and its numbers."""
