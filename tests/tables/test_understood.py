"""The page on own sweeps lists what the code understands."""

import understood


def test_the_page_lists_what_the_code_understands_today():
    assert understood.START in understood.PAGE.read_text(encoding="utf-8")
    assert understood.written() == understood.PAGE.read_text(encoding="utf-8")
