"""The kinds of findings on the command line: in the help, for ``--fail-on``, and with thresholds for ``--limit``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import isnan
from typing import TYPE_CHECKING, Any

import click

from ..errors import GraphError

if TYPE_CHECKING:
    from ..analysis.finding import Limit

OFF = "off"


class WithKinds(click.Command):
    """A command whose help ends with the kinds of findings, from their registry."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write each kind with its meaning and threshold."""
        from ..analysis import DIAGNOSTICS

        with formatter.section("Kinds of findings, worst first, and their thresholds"):
            limits = {d.kind: f"  [{d.threshold}]" if d.threshold else "" for d in DIAGNOSTICS.values()}
            formatter.write_dl([(d.kind, d.meaning + limits[d.kind]) for d in DIAGNOSTICS.values()])


def _kinds(ctx: click.Context, option: click.Parameter, given: tuple[str, ...]) -> tuple[str, ...]:
    """The kinds of a list with commas, or of several lists."""
    from ..analysis.flow_report import wanted

    try:
        return wanted(kind for text in given for kind in text.split(","))
    except GraphError as error:
        raise click.BadParameter(str(error)) from None


def _limits(ctx: click.Context, option: click.Parameter, given: tuple[str, ...]) -> dict[str, Limit | None]:
    """Thresholds by kind; None for a disabled kind."""
    return dict(_limit(*text.partition("=")[::2]) for text in given)


def _limit(kind: str, text: str) -> tuple[str, Limit | None]:
    from ..analysis import DIAGNOSTICS
    from ..analysis.flow_report import named

    try:
        name = named(kind)
    except GraphError as error:
        raise click.BadParameter(str(error)) from None
    if text.strip().lower() == OFF:
        return name, None
    usual, numbers = DIAGNOSTICS[name].limit, _numbers(text)
    if usual is None:
        raise click.BadParameter(f"{kind} has no threshold; {kind}={OFF} leaves it out")
    if len(numbers) != (len(usual) if isinstance(usual, tuple) else 1):
        raise click.BadParameter(f"{kind}={text}: give {kind}={DIAGNOSTICS[name].threshold} or {kind}={OFF}")
    return name, (numbers[0], numbers[1]) if isinstance(usual, tuple) else numbers[0]


def _numbers(text: str) -> list[float]:
    """The numbers between commas; none where one of them is not a number."""
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        return []
    return [] if any(map(isnan, numbers)) else numbers


def kinds(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--fail-on`` and ``--limit``."""
    fail = click.option(
        "--fail-on",
        multiple=True,
        metavar="KIND,...",
        callback=_kinds,
        help="Exit with 1 if there is a finding of these kinds or severities: 'fault' (or 'any'), 'hint'.",
    )
    limit = click.option(
        "--limit",
        "limits",
        multiple=True,
        metavar="KIND=VALUE",
        callback=_limits,
        help="Another threshold for a kind; 'off' leaves it out. Repeat it for more.",
    )
    return fail(limit(command))


def sensible(fail_on: tuple[str, ...], limits: Mapping[str, Limit | None]) -> None:
    """Raise `UsageError` for a kind that is to fail, and is not looked for."""
    off = [kind for kind, limit in limits.items() if limit is None and kind in fail_on]
    if off:
        raise click.UsageError(f"--limit {off[0]}={OFF} leaves out what --fail-on {off[0]} asks for.")
