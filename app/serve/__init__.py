"""How is the dashboard served? Headers and closed doors, a warm start, several processes behind one port.

`asgi.py` is what Streamlit runs; `command.py` starts several of it behind Caddy.
"""
