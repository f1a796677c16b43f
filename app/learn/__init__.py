"""What the Learn page needs, and nobody else: the steps of its story, their numbers, their addresses."""
