"""What the Lab page needs, and nobody else: its hidden sweeps, the game in the address, the table of a class."""
