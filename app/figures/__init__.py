"""Core objects to figures, one figure a file; pure, no streamlit."""
