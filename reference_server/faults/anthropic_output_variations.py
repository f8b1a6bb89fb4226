"""Legal differences between gateways that pass `output_config` and addresses of images on to a provider."""

from __future__ import annotations

from reference_server.faults import variation
from reference_server.faults.anthropic import refused
from reference_server.faults.anthropic_output import by_address, config_of
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

_MESSAGE = "createMessage"


@variation(_MESSAGE)
def anthropic_address_refused(reply: Reply, call: Call) -> Reply:
    """The provider takes no images by address, and says so."""
    return refused(reply) if reply.ok and by_address(call) else reply


@variation(_MESSAGE)
def anthropic_output_config_refused(reply: Reply, call: Call) -> Reply:
    """The model knows neither schemas nor efforts, and says so."""
    return refused(reply) if reply.ok and config_of(call) else reply
