"""People who are put down by others: by a coordinator, with an account or as guests without one."""
