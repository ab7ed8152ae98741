"""What is told by mail: letters about a place, reminders, messages of a host, words between hosts."""
