"""What people do with the case of somebody else: adapt it, ask, offer research, present it."""
