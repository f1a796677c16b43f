"""The story on a projector: whether the address asks for it, and how the room comes to the same page."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit, urlunsplit

import streamlit as st
from components.room_link import qr_code, reachable

from surgecore.words import say

KEY = "present"


def follow(sent: dict[str, Any] | None) -> bool:
    """Whether the story is presented: as the browser said last, or as the address says; the address follows."""
    if sent is not None and "present" in sent:
        if sent["present"]:
            st.query_params[KEY] = ""
        elif KEY in st.query_params:
            del st.query_params[KEY]
    return KEY in st.query_params


def room() -> dict[str, str]:
    """The link for the room's phones with its QR code, or how to get one."""
    link = reachable(urlunsplit(urlsplit(st.context.url or "")._replace(query="", fragment="")))
    return {"link": link or "", "code": qr_code(link) if link else "", "how": "" if link else say("present-local")}
