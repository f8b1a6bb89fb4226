"""`python -m reference_server.scenario` writes the schema of scenarios, after a change of the words."""

from pathlib import Path

from reference_server.scenario.reading import written_schema

Path(__file__).with_name("schema.json").write_text(written_schema(), encoding="utf-8")
