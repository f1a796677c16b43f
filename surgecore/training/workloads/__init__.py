"""What can be trained? Data sets, models and their costs."""
