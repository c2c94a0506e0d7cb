"""The entry: from words to an exit code. Expected errors end in a tip; a traceback is only for our own bugs."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from ops import __version__
from ops.cli.options import Group
from ops.cli.screen import complain, say
from ops.errors import PhsmError, UsageProblem

CRASHED, INTERRUPTED = 1, 130


@click.group(
    cls=Group,
    lazy={
        "inventory": "ops.cli.inventory:inventory",
        "check": "ops.cli.check:check",
        "route": "ops.cli.route:route_",
        "readiness": "ops.cli.readiness:readiness",
        "tickets": "ops.cli.tickets:tickets",
        "ledger": "ops.cli.ledger:ledger",
        "checks": "ops.cli.checks:checks",
        "config": "ops.cli.config:config",
        "snapshot": "ops.cli.snapshot:snapshot",
        "sandbox": "ops.cli.sandbox:sandbox",
        "doctor": "ops.cli.doctor:doctor",
    },
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="phsm", message="%(prog)s %(version)s")
def phsm() -> None:
    """Check Azure Payment HSMs for high availability and network attachment, and open the right ticket once.

    Nothing is written to Azure without --apply. Exit codes: 0 all holds, 2 usage or configuration, 3 a check fails,
    4 something could not be read, 5 Azure could not be read at all, 6 a ticket could not be opened.
    """


def main(argv: Sequence[str]) -> int:
    """Run one command line and return its exit code; never raises for what an operator can cause."""
    try:
        result = phsm.main(args=list(argv), prog_name="phsm", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        say(error.format_message())
        return UsageProblem.exit_code
    except click.UsageError as error:
        command = error.ctx.command_path if error.ctx else "phsm"
        complain(UsageProblem(error.format_message(), tip=f"{command} --help"))
        return UsageProblem.exit_code
    except PhsmError as error:
        complain(error)
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        say("phsm: interrupted")
        return INTERRUPTED
    except Exception as error:  # ours; whatever it is, a person must be able to report it
        return _crashed(error, argv)
    return result if isinstance(result, int) else 0


def _crashed(error: Exception, argv: Sequence[str]) -> int:
    from ops.cli.crash import report_of, write_report

    file = write_report(error, argv)
    say(f"phsm: a bug in phsm, not in what you did: {type(error).__name__}")
    if file is None:
        say(report_of(error, argv))
    else:
        say(f"  try: open an issue with {file}; ids, addresses, mail and tokens are left out; read it first")
    return CRASHED


def run() -> None:
    """The console script ``phsm``."""
    sys.exit(main(sys.argv[1:]))
