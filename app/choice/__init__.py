"""Which sweep is on show? Catalogue, address, uploads and what is kept of them, the reading of a table, caches.

Imports surgecore and streamlit, and no other room of the app; every page may import it.
"""
