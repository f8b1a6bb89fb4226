"""The command line: `gateway-conformance COMMAND`, where the commands are those of `COMMANDS`.

Exit codes: 0 all is well, 1 a MUST failed (or a difference or gap was asked for and found), 2 usage, 3 there is no
verdict: the target could not be judged, the run ended early, or the suite itself erred; 130 interrupted; 143
terminated.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import NoReturn

from conformance.errors import ConformanceError, Terminated, UsageError

PROGRAM = "gateway-conformance"
COMMANDS = (
    "run",
    "doctor",
    "init",
    "explain",
    "coverage",
    "diff",
    "merge",
    "compare",
    "site",
    "matrix",
    "render",
    "agenda",
)
USAGE, TROUBLE, INTERRUPTED, TERMINATED = 2, 3, 130, 143


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit code."""
    try:
        args = _parse(list(sys.argv[1:] if argv is None else argv))
        return int(import_module(f"conformance.cli.{args.command}").main(args))
    except ConformanceError as error:
        _say(error)
        return USAGE if isinstance(error, UsageError) else TROUBLE
    except Terminated as error:
        print(error, file=sys.stderr)
        return TERMINATED
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception:
        from traceback import format_exc

        print(_safe(format_exc()), file=sys.stderr)
        return TROUBLE


class _Parser(argparse.ArgumentParser):
    """Reports wrong usage as one line and a hint."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(message, f"{self.prog} --help lists what there is")


def _parse(words: list[str]) -> argparse.Namespace:
    parser = _Parser(
        prog=PROGRAM, allow_abbrev=False, description="Judges an LLM gateway against what its documents say."
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="show the version and exit")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name in COMMANDS:
        import_module(f"conformance.cli.{name}").add(commands)
    args, unknown = parser.parse_known_args(words)
    if unknown:
        _refuse(unknown, f"{PROGRAM} {args.command}")
    return args


class _Version(argparse.Action):
    """Looks the version up when it is asked for."""

    def __call__(self, *_: object) -> NoReturn:
        from importlib.metadata import version

        print(f"{PROGRAM} {version(PROGRAM)}")
        raise SystemExit(0)


def _refuse(unknown: list[str], command: str) -> NoReturn:
    """Names what is not understood, but not the values of options: one of them may be a key."""
    options = [word.partition("=")[0] for word in unknown if word.startswith("-")]
    what = f"unknown option: {options[0]}" if options else "too many arguments"
    if any("key" in option or "token" in option for option in options):
        raise UsageError(what, "keys come from the environment: export GATEWAY_API_KEY=..., or name one in --target")
    raise UsageError(what, f"{command} --help lists what there is")


def _say(error: ConformanceError) -> None:
    from conformance.report.inert import LONGEST, inert

    longest = None if isinstance(error, UsageError) else LONGEST
    print(inert(_safe(f"error: {error}"), longest), file=sys.stderr)
    if error.hint:
        print(inert(_safe(f"hint: {error.hint}"), longest), file=sys.stderr)


def _safe(text: str) -> str:
    """Without keys: what uses them is imported then."""
    secrets = sys.modules.get("conformance.wire.secrets")
    return str(secrets.safe(text)) if secrets else text


if __name__ == "__main__":
    sys.exit(main())
