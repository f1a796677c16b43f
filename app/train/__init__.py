"""What the Train page needs, and nobody else."""
