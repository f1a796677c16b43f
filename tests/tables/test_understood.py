"""docs/own-sweep.md says what is understood: its tables are made from the code."""

import numpy as np
import pytest
import understood

from surgecore.tables.cells import one_number


def test_the_page_lists_what_the_code_understands_today():
    assert understood.START in understood.PAGE.read_text(encoding="utf-8")
    assert understood.written() == understood.PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize("text", understood.number_forms())
def test_every_form_of_a_number_on_the_page_is_read(text):
    assert np.isfinite(one_number(text).value)


def test_all_frameworks_are_on_the_page():
    page = understood.table()
    assert len(understood.FRAMEWORKS) == 12
    assert all(f"| {name} | `" in page for name in understood.FRAMEWORKS)
