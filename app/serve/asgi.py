"""The dashboard as a server runs it: ``streamlit run app/serve/asgi.py``.

The same pages as `streamlit_app.py`, with security headers, without doors that nobody needs, and warm from the start.
"""

import sys
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

APP = Path(__file__).resolve().parents[1]
if str(APP) not in sys.path:  # Streamlit knows the folder of this file only
    sys.path.insert(0, str(APP))

from serve.document import Document  # noqa: E402
from serve.files import Files  # noqa: E402
from serve.headers import Headers  # noqa: E402
from serve.warm import lifespan  # noqa: E402

middleware = [Middleware(each) for each in (Headers, Files, Document)]
app = st.App(APP / "streamlit_app.py", lifespan=lifespan, middleware=middleware)
