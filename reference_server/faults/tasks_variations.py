"""Legal differences between gateways that take tasks."""

from __future__ import annotations

from reference_server.faults import variation
from reference_server.wire.reply import Reply


@variation("createImageTask", gateway="foxapi")
def task_without_info(reply: Reply) -> Reply:
    """A submission tells nothing but what it must."""
    return reply.edit(lambda body: body.pop("task_info") and None)


@variation("createImageTask", gateway="foxapi")
def task_accepted(reply: Reply) -> None:
    """A submission is answered 202."""
    if reply.ok:
        reply.status = 202


@variation("retrieveTask", gateway="foxapi")
def task_status_without_nulls(reply: Reply) -> Reply:
    """What there is not yet is absent."""
    return reply.edit(lambda body: {name: value for name, value in body.items() if value is not None})


@variation("retrieveTask", gateway="foxapi")
def task_results_with_more(reply: Reply) -> None:
    """A result tells more of what was made."""
    if reply.ok:
        for result in reply.body["results"] or ():
            result |= {"width": 1024, "height": 1024, "seed": 7, "content_type": None}
