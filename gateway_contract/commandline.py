"""The style of both command lines: help in sections with an example each, and a line with a hint for wrong usage.

Colours are for terminals, and not where NO_COLOR is set or the terminal is dumb. Help is as wide as the terminal, or as
COLUMNS says. Letters that the output cannot show are replaced.
"""

from __future__ import annotations

import errno
import io
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial, reduce
from importlib import import_module
from pathlib import Path
from typing import Any, TextIO

import click

from gateway_contract.nearest import near

WRONG, TROUBLE = 2, 3
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO}
"""The errors of an output that takes no more."""
LOST = "output lost"
"""The note in a context that its command could not write all that it had to say."""
OUTPUT, GENERAL, ARGUMENTS = "Output", "General", "Arguments"
SHORT = {"quiet": ("-q",), "verbose": ("-v",)}


class _Formatter(click.HelpFormatter):
    def write_heading(self, heading: str) -> None:
        super().write_heading(click.style(heading, bold=True))


class _Context(click.Context):
    formatter_class = _Formatter


class Option(click.Option):
    """An option that stands in a section of the help."""

    def __init__(self, *words: Any, section: str = GENERAL, **attributes: Any) -> None:
        super().__init__(*words, **_completed(attributes))
        self.section = section


class Argument(click.Argument):
    """An argument with a line in the help."""

    def __init__(self, *words: Any, help: str = "", **attributes: Any) -> None:
        super().__init__(*words, **_completed(attributes))
        self.text = help

    def get_help_record(self, ctx: click.Context) -> tuple[str, str]:  # noqa: ARG002
        return self.human_readable_name, self.text


class Command(click.Command):
    """A command whose sections of options each end with an example."""

    context_class = _Context
    allow_extra_args = True

    def __init__(self, *words: Any, examples: Mapping[str, str], **attributes: Any) -> None:
        super().__init__(*words, **attributes)
        self.context_settings, self.examples = _SETTINGS, examples

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Refuses what is too much without repeating it: it may be a key."""
        rest = super().parse_args(ctx, args)
        if rest and not ctx.resilient_parsing:
            ctx.fail("too many arguments")
        return rest

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The sections in the order in which their first options were declared."""
        sections: dict[str, list[tuple[str, str]]] = {}
        for one in self.get_params(ctx):
            if record := one.get_help_record(ctx):
                usual = ARGUMENTS if isinstance(one, click.Argument) else GENERAL
                sections.setdefault(getattr(one, "section", usual), []).append(record)
        for title in sorted(sections, key=[ARGUMENTS, *sections, OUTPUT, GENERAL].index):
            write_section(formatter, title, sections[title], self.examples.get(title, ""))


class Group(click.Group):
    """Commands in sections: each has an example and, by name, what its commands do.

    A command is the `command` of the module of its name in `package`, which is imported when it is called. `hints` are
    for unknown options in whose names a certain word stands.
    """

    context_class = _Context

    def __init__(
        self,
        *words: Any,
        package: str,
        sections: Mapping[str, tuple[str, Mapping[str, str]]],
        hints: Mapping[str, str],
        **attributes: Any,
    ) -> None:
        super().__init__(*words, **attributes)
        self.context_settings, self.no_args_is_help = _SETTINGS, False
        self.package, self.sections, self.hints = package, sections, hints

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return [name for _, commands in self.sections.values() for name in commands]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        command: click.Command = import_module(f"{self.package}.{cmd_name}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        known = self.list_commands(ctx)
        if args[0] not in known and not args[0].startswith("-") and not ctx.resilient_parsing:
            raise Unknown(f"there is no command {args[0]!r}", near(args[0], known), ctx)
        return super().resolve_command(ctx, args)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for title, (example, commands) in self.sections.items():
            write_section(formatter, title, list(commands.items()), example)
        records = (one.get_help_record(ctx) for one in self.get_params(ctx))
        write_section(formatter, GENERAL, [one for one in records if one])


class Unknown(click.UsageError):
    """A name that does not exist, with the one that may be meant."""

    def __init__(self, message: str, hint: str, ctx: click.Context | None = None) -> None:
        super().__init__(message, ctx)
        self.hint = hint


_SETTINGS: dict[str, Any] = {"max_content_width": 120, "help_option_names": ["-h", "--help"]}
option = partial(click.option, cls=Option)
argument = partial(click.argument, cls=Argument)
command = partial(click.command, cls=Command)
group = partial(click.group, cls=Group)


def write_section(
    formatter: click.HelpFormatter, title: str, records: Sequence[tuple[str, str]], example: str = ""
) -> None:
    """A section of a help page."""
    with formatter.section(title):
        formatter.write_dl(records)
        if example:
            formatter.write_text(f"Example: {example}")


def together(*declared: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Several options as one decorator, in their order."""
    return lambda function: reduce(lambda known, declare: declare(known), reversed(declared), function)


def output(**texts: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Those of the options --quiet, --verbose and --json that a command has, each with what it does there."""
    flag = partial(option, is_flag=True, section=OUTPUT)
    return together(*(flag(f"--{name}", *SHORT.get(name, ()), help=text) for name, text in texts.items()))


def version_of(*distributions: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """`--version`, which shows that of the first distribution that is installed."""

    def show(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
        if not wanted or ctx.resilient_parsing:
            return
        from importlib.metadata import PackageNotFoundError, version  # takes 20 ms

        number = "of a clone"
        for name in reversed(distributions):
            with suppress(PackageNotFoundError):
                number = version(name)
        click.echo(f"{ctx.find_root().info_name} {number}")
        ctx.exit()

    return option(
        "--version", is_flag=True, is_eager=True, expose_value=False, callback=show, help="show the version and exit"
    )


def filled(text: str) -> str:
    """A value that is not empty, as that of a variable is that is not set."""
    if not text.strip():
        raise click.BadParameter("is empty: is the variable set that it is taken from?")
    return text


def path(value: str | Path) -> Path:
    """A path that is not empty."""
    return value if isinstance(value, Path) else Path(filled(value))


def names(known: Callable[[], Iterable[str]]) -> Callable[..., list[str]]:
    """Completes the names that exist."""

    def complete(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:  # noqa: ARG001
        return [name for name in known() if name.startswith(incomplete)]

    return complete


def _completed(attributes: dict[str, Any]) -> dict[str, Any]:
    """Those of a parameter, of which the shell completes the files."""
    return {"shell_complete": _files, **attributes} if attributes.get("type") is path else attributes


def _files(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[Any]:  # noqa: ARG001
    from click.shell_completion import CompletionItem

    return [CompletionItem(incomplete, type="file")]


def run(command: click.Command, name: str, words: Sequence[str] | None) -> int:
    """Runs a command line and returns its exit code: 2 for wrong usage, 3 for output that cannot be written.

    What a command raises itself passes through. That nobody reads on is no error.
    """
    variable = f"_{name}_COMPLETE".replace("-", "_").upper()
    if instruction := os.environ.get(variable):
        from click.shell_completion import shell_complete

        return shell_complete(command, {}, name, variable, instruction)
    _replace_letters()
    try:
        return _run(command, name, list(sys.argv[1:] if words is None else words))
    except click.UsageError as error:
        complain(*_explained(error, name))
        return WRONG
    except OSError as error:
        return _lose(error)


def _run(command: click.Command, name: str, words: list[str]) -> int:
    try:
        with command.make_context(name, words, color=colour()) as ctx:
            code = int(command.invoke(ctx) or 0)
            code = code or (TROUBLE if LOST in ctx.meta else 0)
    except click.exceptions.Exit as end:
        code = end.exit_code
    if sys.stdout:
        sys.stdout.flush()
    return code


@contextmanager
def unread() -> Iterator[None]:
    """Lets nothing be printed any more where nobody reads it, or where it cannot be written: the command goes on."""
    try:
        yield
        if sys.stdout:
            sys.stdout.flush()
    except OSError as error:
        if _lose(error) and (ctx := click.get_current_context(silent=True)):
            ctx.meta[LOST] = True


def _lose(error: OSError) -> int:
    """Prints nothing any more, and returns the exit code. Raises what is not an error of the output."""
    closed = isinstance(error, BrokenPipeError)
    if not closed and (error.filename or error.errno not in FULL):
        raise error
    _mute(sys.stdout)
    if closed:
        return 0
    complain(f"the output cannot be written: {error.strerror}")
    return TROUBLE


def _mute(stream: TextIO) -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _replace_letters() -> None:
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def colour() -> bool | None:
    """Whether there may be colours: False, or as click finds out itself."""
    return False if os.environ.get("NO_COLOR") or dumb() else None


def dumb() -> bool:
    """Whether the terminal knows neither colours nor a cursor that moves."""
    return os.environ.get("TERM", "").lower() in {"dumb", "unknown"}


def complain(message: str, hint: str = "") -> None:
    """Tells what is wrong, and what to do about it, where standard error takes it."""
    text = f"{click.style('error:', fg='red')} {message}"
    text += f"\n{click.style('hint:', fg='cyan')} {hint}" if hint else ""
    try:
        click.echo(text, err=True, color=colour())
    except OSError:
        _mute(sys.stderr)


def _explained(error: click.UsageError, name: str) -> tuple[str, str]:
    """What is wrong, without the values of unknown options, which may be keys; and what there is."""
    hint = f"{error.ctx.command_path if error.ctx else name} --help lists what there is"
    if isinstance(error, click.NoSuchOption):
        return f"unknown option: {error.option_name}", _hint(error, hint)
    message = error.format_message()
    return message[0].lower() + message[1:].rstrip("."), f"{getattr(error, 'hint', '')} {hint}".strip()


def _hint(error: click.NoSuchOption, otherwise: str) -> str:
    if error.ctx is None:
        return otherwise
    hints: Mapping[str, str] = getattr(error.ctx.find_root().command, "hints", {})
    special = next((hint for word, hint in hints.items() if word in error.option_name), "")
    known = [word for one in error.ctx.command.get_params(error.ctx) for word in one.opts]
    return special or f"{near(error.option_name, known)} {otherwise}".strip()
