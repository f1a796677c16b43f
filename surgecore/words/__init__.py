"""How is it said? The only room that turns results into English, for page, command line, report and notebook.

Reads the results of all other rooms; none of them imports it.
"""
