"""The published schema of scenarios says what the loader says."""

from __future__ import annotations

import jsonschema_rs
import msgspec
import pytest
import yaml

from reference_server.routes import handlers
from reference_server.scenario import reading
from reference_server.scenario.matching import SPEAKING
from tests.test_mock_page import BLOCKS
from tests.test_server_scenario import WRONG

SCHEMA = jsonschema_rs.validator_for(msgspec.json.decode(reading.schema()))
FORMS = ("there is no `txt`", "expected `", "there is no `fist`")


def test_schema_is_current() -> None:
    written = reading.written_schema()

    assert reading.schema() == written, "run: python -m reference_server.scenario"


@pytest.mark.parametrize("text", [text for kind, text in BLOCKS if kind == "yaml"])
def test_scenarios_of_the_page_are_valid(text: str) -> None:
    SCHEMA.validate(yaml.safe_load(text))


@pytest.mark.parametrize("text", [text for text, message in WRONG if any(form in message for form in FORMS)])
def test_wrong_forms_are_invalid(text: str) -> None:
    assert not SCHEMA.is_valid(yaml.safe_load(text.replace("\t", " ")))


def test_operations_that_speak_are_known() -> None:
    assert handlers().keys() >= SPEAKING
