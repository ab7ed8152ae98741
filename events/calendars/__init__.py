"""Events for calendar programs: files, invitations by mail, addresses to subscribe to."""
