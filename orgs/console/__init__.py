"""An agency's console: where its people keep profile, services, members and partnerships. Every address names the agency."""
