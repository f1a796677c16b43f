"""Which sweep is on show? Catalogue, address, uploads, the reading of a table, caches."""
