"""Legal differences between gateways that pass `output_config` and addresses of images on to a provider."""

from __future__ import annotations

from reference_server.faults import differences
from reference_server.faults.words.anthropic import MESSAGE, by_address, config, refuse
from reference_server.faults.words.situations import asked, both, served

message = differences(MESSAGE)

anthropic_address_refused = message(
    "The provider takes no images by address, and says so.", refuse(), when=both(served, by_address)
)
anthropic_output_config_refused = message(
    "The model knows neither schemas nor efforts, and says so.",
    refuse(),
    when=both(served, asked(lambda call: bool(config(call)))),
)
