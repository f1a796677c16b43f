"""What the Evidence page needs, and nobody else: the gallery of bundled sweeps, and why they are as they are."""
