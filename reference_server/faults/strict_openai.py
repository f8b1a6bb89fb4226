"""Ways to be a little less than OpenAI, which only who is held to it to the letter may not."""

from __future__ import annotations

from typing import Any

from reference_server.faults import fault
from reference_server.wire.reply import Reply

_GATEWAY = "strict-openai"
_CHAT = "createChatCompletion"


@fault(_CHAT, breaks={"chat.schema"}, gateway=_GATEWAY)
def refusal_left_out(reply: Reply) -> Reply:
    """A message has no refusal, not even null."""
    return reply.edit(lambda body: [choice["message"].pop("refusal") for choice in body["choices"]] and None)


@fault(_CHAT, breaks={"chat.schema"}, gateway=_GATEWAY)
def logprobs_left_out(reply: Reply) -> Reply:
    """A choice has no logprobs where nobody asked for them, not even null."""
    return reply.edit(_without_logprobs)


@fault("listModels", breaks={"models.fields"}, gateway=_GATEWAY)
def models_owned_by_nobody(reply: Reply) -> Reply:
    """A model does not say whose it is."""
    return reply.edit(lambda body: [model.pop("owned_by") for model in body["data"]] and None)


@fault("listFiles", breaks={"files.schema", "files.paging.cursors"}, gateway=_GATEWAY)
def page_without_its_last_id(reply: Reply) -> Reply:
    """A page of files does not name its last one."""
    return reply.edit(lambda body: body.pop("last_id") and None)


@fault("*", breaks={"errors.schema"}, gateway=_GATEWAY)
def param_left_out(reply: Reply) -> Reply:
    """An error has no param, not even null."""
    return reply.edit_error(lambda body: body["error"].pop("param", None) and None)


@fault(_CHAT, breaks={"limits.spend"}, gateway=_GATEWAY)
def spent_account_pays(reply: Reply) -> None:
    """Credit that does not suffice is a 402."""
    if reply.cause == "spend_limit":
        reply.status = 402


def _without_logprobs(body: dict[str, Any]) -> None:
    for choice in body["choices"]:
        if choice["logprobs"] is None:
            del choice["logprobs"]
