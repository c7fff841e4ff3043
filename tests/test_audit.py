"""What an audit says: holes, none, and that nobody could be asked, which is not none."""

import json

import pytest

from tools.audit import CLEAN, HOLES, NOT_AUDITED, judged

CLEAR = {"name": "a", "version": "1.0", "vulns": []}
HOLE = {"id": "PYSEC-1", "aliases": ["CVE-1"], "fix_versions": ["1.1", "2.0"], "description": ""}
UNKNOWN = {"name": "c", "skip_reason": "Dependency not found on PyPI and could not be audited: c (1.0)"}


def said(*packages):
    return judged(json.dumps({"dependencies": packages, "fixes": []}))


def test_no_hole_is_clean_only_if_all_were_audited():
    assert said(CLEAR) == (["1 packages were audited, 0 known holes were found."], CLEAN)
    lines, status = said(CLEAR, UNKNOWN)
    assert status == NOT_AUDITED and "NOT AUDITED" in lines[-1] and lines[-1].endswith(": c.")
    assert said()[1] == NOT_AUDITED


def test_a_hole_is_told_with_the_version_that_mends_it():
    lines, status = said(CLEAR, {"name": "b", "version": "1.0", "vulns": [HOLE]}, UNKNOWN)
    assert status == HOLES
    assert lines[0] == "b 1.0: PYSEC-1, CVE-1; mended in 1.1, 2.0"


@pytest.mark.parametrize("answer", ["", "[]", "{}", "null", "Traceback"])
def test_where_nobody_answers_nothing_was_audited(answer):
    lines, status = judged(answer, "Traceback\nConnectionError: no such host\n")
    assert status == NOT_AUDITED
    assert lines == ["Nothing was audited: ConnectionError: no such host"]
