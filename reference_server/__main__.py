"""The command `reference-server`."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from functools import partial
from textwrap import indent
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click

from gateway_contract import commandline
from gateway_contract.commandline import OUTPUT, filled, names, option, output, path, together

if TYPE_CHECKING:
    from reference_server.faults import Fault
    from reference_server.settings import Settings

PROGRAM = "reference-server"
DISTRIBUTIONS = ("gateway-conformance", "gateway-reference-server")
"""Those that have this command."""
PLAYED, NAMES, ADDRESS, LISTS = "What is played", "Names", "Address and processes", "Lists"
EXAMPLES = {
    PLAYED: "reference-server --gateway foxora --fault stream_without_done",
    ADDRESS: "reference-server --port 8080 --workers 2",
    NAMES: "reference-server --model my-model=echo --any-key",
    LISTS: "reference-server --list-faults --json",
    OUTPUT: "reference-server --port 8080 --verbose",
}
WORDS = ("models", "aliases", "families", "keys", "files")
"""What programs call the tables of names."""
ALONE = ("scenario", "record", "control", "deterministic")
"""What one process must remember."""
HELP = """Serves a gateway that follows the contract exactly, or breaks one promise on request.

Prints its base URL, http://HOST:PORT/v1, when it is ready, and then how to begin. Every path may be prefixed by
/fault/NAME or /variation/NAME, also several times (/fault/A/fault/B/v1): these are then played for that request; so is
what the headers x-reference-fault and x-reference-delay ask for."""


def _gateways() -> Iterable[str]:
    import gateway_contract

    return gateway_contract.names()


def _faults() -> Iterable[str]:
    from reference_server import faults

    return faults.load()


def _port(text: str | int) -> int:
    if not str(text).isdecimal() or int(text) > 65535:
        raise click.BadParameter(f"{text!r} is not a port: 0 to 65535")
    return int(text)


def _workers(text: str | int) -> int:
    if not str(text).isdecimal() or not 1 <= int(text) <= 64:
        raise click.BadParameter(f"{text!r} is no number of processes: 1 to 64")
    if int(text) > 1 and not hasattr(os, "fork"):
        raise click.BadParameter("this system has one process only")
    return int(text)


def _upstream(text: str) -> str:
    try:
        parts = urlsplit(filled(text))
        right = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        right = False
    if not right:
        raise click.BadParameter(f"{text!r} is no address: write it as https://api.openai.com")
    return text


def _pair(text: str) -> tuple[str, str]:
    name, _, value = text.rpartition("=")
    if not name or not value:
        raise click.BadParameter(f"{text!r} is not of the form NAME=VALUE")
    return name, value


_played = partial(option, section=PLAYED)
_name = partial(option, section=NAMES)
_address = partial(option, section=ADDRESS)
_list = partial(option, section=LISTS, is_flag=True)
declared = together(
    _played(
        "--gateway",
        metavar="NAME",
        type=filled,
        shell_complete=names(_gateways),
        help="play this gateway (default: the base contract)",
    ),
    _played(
        "--fault",
        metavar="NAME",
        multiple=True,
        shell_complete=names(_faults),
        help="play a fault for every request; may be repeated",
    ),
    _played("--scenario", metavar="FILE", type=path, help="answer by the rules of this file (docs/mock.md)"),
    _played(
        "--record",
        metavar="UPSTREAM",
        type=_upstream,
        help="pass requests on, as to https://api.openai.com, and write the answers to the file of --scenario",
    ),
    _played(
        "--control",
        "--journal",
        is_flag=True,
        help="remember requests for /_control/requests, and take scenarios at /_control/scenario",
    ),
    _played("--strict", is_flag=True, help="refuse parameters that no document describes"),
    _played("--state", metavar="PATH", type=path, help="keep files, jobs and usage in this file"),
    _played(
        "--deterministic",
        metavar="[SEED]",
        type=int,
        is_flag=False,
        flag_value=0,
        help="the clock stands still, ids follow from a seed: equal requests in equal order have equal answers",
    ),
    _name("--model", metavar="NAME=BEHAVIOUR", type=_pair, multiple=True, help="a model, such as my-model=echo"),
    _name("--key", metavar="NAME=STATE", type=_pair, multiple=True, help="a key, such as my-key=rate-limited"),
    _name("--any-model", is_flag=True, help="know every name of a model, and guess its kind"),
    _name("--any-key", is_flag=True, help="take every key; the listed ones keep their state"),
    _address("--host", default="127.0.0.1", help="address to listen on (default: 127.0.0.1)"),
    _address("--port", metavar="N", type=_port, default=8000, help="0 takes a free one (default: 8000)"),
    _address("--workers", metavar="N", type=_workers, default=1, help="so many processes, which keep one state"),
    _address("--until-stdin-closes", is_flag=True, help="stop when standard input ends"),
    _list("--list", help="print models, keys, files and faults, and exit"),
    _list("--list-faults", help="print faults and variations, and exit"),
    _list("--scenario-schema", help="print the JSON Schema of scenarios, and exit"),
    output(
        quiet="print the base URL only",
        verbose="tell each request and its status on standard error",
        json="print lists, or where the server is, as JSON",
    ),
    commandline.version_of(*DISTRIBUTIONS),
)


@commandline.command(
    PROGRAM,
    help=HELP,
    epilog="Exit status: 0 after a stop, 2 for a wrong option or an address that cannot be used, 3 for output that "
    "cannot be written.",
    examples=EXAMPLES,
)
@declared
def command(**given: Any) -> int:
    """Serve until stopped, or print a list."""
    options = SimpleNamespace(**given)
    if options.workers > 1 and (
        alone := next((name for name in ALONE if given[name] is not None and given[name] is not False), "")
    ):
        raise click.UsageError(f"--workers cannot be combined with --{alone}: each worker would have its own")
    if options.state and options.deterministic is not None:
        raise click.UsageError("--deterministic cannot be combined with --state: its state begins anew")
    if options.list or options.list_faults:
        _print_lists(options)
    elif options.scenario_schema:
        from reference_server.scenario import reading

        print(reading.schema(), end="")
    else:
        _serve(options)
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until stopped, or print a list. Returns the exit status."""
    try:
        return commandline.run(command, PROGRAM, arguments)
    except KeyboardInterrupt:  # before the server was ready
        return 0
    except Exception as error:
        if not hasattr(error, "hint"):
            raise
        commandline.complain(str(error), error.hint)
        return commandline.WRONG


def _print_lists(options: SimpleNamespace) -> None:
    if options.json:
        import json

        lists = dict(zip(WORDS, _tables().values(), strict=True))
        print(json.dumps(_catalogue() if options.list_faults else {**lists, "faults": _catalogue()}, indent=1))
        return
    tables = {**_tables(), **_fault_tables()} if options.list else _fault_tables()
    print("\n".join(line for title, table in tables.items() for line in _table(title, table)))


def _serve(options: SimpleNamespace) -> None:
    where = (_settings(options), options.host, options.port, options.until_stdin_closes)
    if options.workers > 1:
        from reference_server import workers

        workers.serve(*where, options.workers)
    else:
        from reference_server import serving

        serving.serve(*where)


def _settings(options: SimpleNamespace) -> Settings:
    from reference_server.settings import Settings

    return Settings(
        gateway=options.gateway,
        faults=options.fault,
        models=dict(options.model),
        keys=dict(options.key),
        any_model=options.any_model,
        any_key=options.any_key,
        state=options.state,
        seed=options.deterministic,
        strict=options.strict,
        scenario=options.scenario,
        record=options.record,
        control=options.control,
        output=next((name for name in ("json", "quiet") if getattr(options, name)), ""),
        verbose=options.verbose,
    )


def _tables() -> dict[str, dict[str, str]]:
    """What the names of a request may be."""
    from reference_server import fixtures

    known = fixtures.load()
    return {
        "Models": {name: model.doc for name, model in known.models.items()},
        "Other names of models": {name: f"As {model}." for name, model in known.aliases.items()},
        "Names that are not listed, by pattern": {family.names: f"As {family.model}." for family in known.families},
        "Keys": {name: key.doc for name, key in known.keys.items()},
        "Files": {name: file.doc for name, file in known.files.items()},
    }


def _fault_tables() -> dict[str, dict[str, str]]:
    from reference_server import faults

    catalogue = faults.load().values()
    return {
        "Faults": {fault.name: _described(fault) for fault in catalogue if not fault.legal},
        "Variations": {fault.name: fault.doc for fault in catalogue if fault.legal},
    }


def _catalogue() -> list[dict[str, Any]]:
    """Every fault and variation, for a program."""
    from reference_server import faults

    names = ("name", "doc", "operation", "stage", "gateway", "model", "legal")
    return [
        {"breaks": sorted(fault.breaks), **{name: getattr(fault, name) for name in names}}
        for fault in faults.load().values()
    ]


def _described(fault: Fault) -> str:
    return f"{fault.doc}\nBreaks: {', '.join(sorted(fault.breaks))}"


def _table(title: str, table: dict[str, str]) -> list[str]:
    return [f"{title}:", *(f"  {name}\n{indent(doc, ' ' * 6)}" for name, doc in table.items()), ""]


if __name__ == "__main__":
    sys.exit(main())
