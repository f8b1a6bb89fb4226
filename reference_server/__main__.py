"""The command `reference-server`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from textwrap import indent
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reference_server.faults import Fault
    from reference_server.settings import Settings

DESCRIPTION = "Serve a gateway that follows the contract exactly, or breaks one promise on request."
EPILOG = """\
Prints its base URL, http://HOST:PORT/v1, when it is ready, and then how to begin. Every path may be prefixed by
/fault/NAME or /variation/NAME, which is then played for that request; so is what the headers x-reference-fault and
x-reference-delay ask for.
Exit status: 0 after a stop, 2 for a wrong option or an address that cannot be used.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until stopped, or print a list. Returns the exit status."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if alone := _alone(options):
        parser.error(f"--workers cannot be combined with {alone}: each worker would have its own")
    try:
        status = _run(options)
        sys.stdout.flush()
        return status
    except KeyboardInterrupt:  # before the server was ready
        return 0
    except BrokenPipeError:  # as in `reference-server --list | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        if not hasattr(error, "hint"):
            raise
        print(f"reference-server: {error}" + (f"\nhint: {error.hint}" if error.hint else ""), file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("reference-server", description=DESCRIPTION, epilog=EPILOG)
    parser.add_argument("--gateway", metavar="NAME", help="play this gateway (default: the base contract)")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=_port, default=8000, help="port; 0 takes a free one (default: %(default)s)")
    parser.add_argument("--fault", metavar="NAME", action="append", default=[], help="play a fault for every request")
    parser.add_argument("--scenario", metavar="FILE", type=Path, help="answer by the rules of this file (docs/mock.md)")
    parser.add_argument(
        "--record",
        metavar="UPSTREAM",
        help="pass requests on, as to https://api.openai.com, and write the answers to the file of --scenario",
    )
    parser.add_argument(
        "--control",
        "--journal",
        action="store_true",
        help="remember requests for /_control/requests, and take scenarios at /_control/scenario",
    )
    parser.add_argument(
        "--workers", metavar="N", type=_workers, default=1, help="so many processes, which keep one state (default: 1)"
    )
    parser.add_argument("--strict", action="store_true", help="refuse parameters that no document describes")
    memory = parser.add_mutually_exclusive_group()
    memory.add_argument("--state", metavar="PATH", type=Path, help="keep files, jobs and usage in this file")
    memory.add_argument(
        "--deterministic",
        metavar="SEED",
        type=int,
        nargs="?",
        const=0,
        help="the clock stands still, ids follow from a seed: equal requests in equal order have equal answers",
    )
    parser.add_argument("--list", action="store_true", help="print models, keys, files and faults, and exit")
    parser.add_argument("--list-faults", action="store_true", help="print faults and variations, and exit")
    parser.add_argument("--scenario-schema", action="store_true", help="print the JSON Schema of scenarios, and exit")
    parser.add_argument("--json", action="store_true", help="with --list-faults: print a JSON list")
    parser.add_argument("--until-stdin-closes", action="store_true", help="stop when standard input ends")
    _add_names(parser.add_argument_group("names", "Further models and keys; --list prints behaviours and states."))
    return parser


def _alone(options: argparse.Namespace) -> str:
    """The first option that asks for what one process must remember, if there are several; empty otherwise."""
    names = ("scenario", "record", "control", "deterministic") if options.workers > 1 else ()
    return next((f"--{name}" for name in names if getattr(options, name) is not _parser().get_default(name)), "")


def _add_names(group: argparse._ArgumentGroup) -> None:
    pair: dict[str, Any] = {"type": _pair, "action": "append", "default": []}
    group.add_argument("--model", metavar="NAME=BEHAVIOUR", **pair, help="a model, such as my-model=echo")
    group.add_argument("--key", metavar="NAME=STATE", **pair, help="a key, such as my-key=rate-limited")
    group.add_argument("--any-model", action="store_true", help="know every name of a model, and guess its kind")
    group.add_argument("--any-key", action="store_true", help="take every key; the listed ones keep their state")


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port: 0 to 65535")
    return int(text)


def _workers(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 64:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of processes: 1 to 64")
    if int(text) > 1 and not hasattr(os, "fork"):
        raise argparse.ArgumentTypeError("this system has one process only")
    return int(text)


def _pair(text: str) -> tuple[str, str]:
    name, _, value = text.rpartition("=")
    if not name or not value:
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form NAME=VALUE")
    return name, value


def _run(options: argparse.Namespace) -> int:
    if options.list_faults and options.json:
        print(_catalogue())
        return 0
    if options.list or options.list_faults:
        print("\n".join(_listing(everything=options.list)))
        return 0
    if options.scenario_schema:
        from reference_server.scenario import reading

        print(reading.schema(), end="")
        return 0
    _serve(options)
    return 0


def _serve(options: argparse.Namespace) -> None:
    where = (_settings(options), options.host, options.port, options.until_stdin_closes)
    if options.workers > 1:
        from reference_server import workers

        workers.serve(*where, options.workers)
    else:
        from reference_server import serving

        serving.serve(*where)


def _settings(options: argparse.Namespace) -> Settings:
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
    )


def _listing(everything: bool) -> list[str]:
    from reference_server import faults, fixtures

    known, catalogue = fixtures.load(), faults.load().values()
    tables = {
        "Models": {name: model.doc for name, model in known.models.items()},
        "Other names of models": {name: f"As {model}." for name, model in known.aliases.items()},
        "Names that are not listed, by pattern": {family.names: f"As {family.model}." for family in known.families},
        "Keys": {name: key.doc for name, key in known.keys.items()},
        "Files": {name: file.doc for name, file in known.files.items()},
        "Faults": {fault.name: _described(fault) for fault in catalogue if not fault.legal},
        "Variations": {fault.name: fault.doc for fault in catalogue if fault.legal},
    }
    selection = tables if everything else {title: tables[title] for title in ("Faults", "Variations")}
    return [line for title, table in selection.items() for line in _table(title, table)]


def _catalogue() -> str:
    """Every fault and variation, for a program."""
    import json

    from reference_server import faults

    names = ("name", "doc", "operation", "stage", "gateway", "model", "legal")
    entries = [
        {"breaks": sorted(fault.breaks), **{name: getattr(fault, name) for name in names}}
        for fault in faults.load().values()
    ]
    return json.dumps(entries, indent=1)


def _described(fault: Fault) -> str:
    return f"{fault.doc}\nBreaks: {', '.join(sorted(fault.breaks))}"


def _table(title: str, table: dict[str, str]) -> list[str]:
    return [f"{title}:", *(f"  {name}\n{indent(doc, ' ' * 6)}" for name, doc in table.items()), ""]


if __name__ == "__main__":
    sys.exit(main())
