"""What the Explore page needs, and nobody else."""
