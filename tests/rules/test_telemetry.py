"""Telemetry: a line of the log is one line of JSON, whatever is to be said."""

from __future__ import annotations

import json

import pytest

from vetdesk.telemetry import _json


@pytest.mark.parametrize("said", ["plain", "one\ntwo", "\ud800", 10**30, None])
def test_a_line_of_the_log_is_written_whatever_it_says(said):
    line = _json({"event": "request", "said": said, "odd": object}, default=repr)
    assert "\n" not in line
    assert json.loads(line) == {"event": "request", "said": said, "odd": "<class 'object'>"}
