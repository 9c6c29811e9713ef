"""Who comes to the dashboard, for what, and how they get it."""
