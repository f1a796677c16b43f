"""How is the dashboard served? Headers and closed doors, a warm start, several processes behind one port.

`asgi.py` is what Streamlit runs; `network.py` starts one of it, `command.py` several behind Caddy.
"""
