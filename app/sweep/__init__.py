"""What the Sweep page needs, and nobody else."""
