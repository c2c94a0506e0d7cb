"""A run for people: the estate at a glance, then what fails by who has to act, then what could not be read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby

from rich.text import Text

from ops.model.estate import Estate, Hsm
from ops.model.finding import Finding, Outcome, Party
from ops.model.pool import UNTOLD_REGION, Pool, placement
from ops.model.run import Run
from ops.model.untrusted import one_line
from ops.model.working import working
from ops.reports.layout import EVIDENCE, WHO_ACTS, arrow, counted, flowed, heading, next_step, styled, wrapped
from ops.reports.layout import render as render_lines
from ops.reports.mutes import NEXT_STEP, history, lapse, unused
from ops.reports.not_known import NotKnown, not_known
from ops.reports.notes import notes

POOLS_SHOWN = 20
"""A fleet of hundreds would push the failures off the screen; pools with a problem come first."""
NOTES_SHOWN = 20


def render(run: Run, width: int | None, colour: bool, *, verbose: bool = False) -> str:
    """``verbose`` names every check where only a count would stand."""
    return render_lines(_lines(run, width, verbose), colour)


def _lines(run: Run, width: int | None, verbose: bool) -> Iterator[Text]:
    yield from heading("Payment HSM check", run.estate, width)
    for note in run.estate.notes:
        yield from wrapped(f"note: {one_line(note)}", 0, width, "unknown", hang=6)
    yield styled()
    yield from _pools(run, width)
    if not (run.estate.hsms or run.estate.clusters):
        yield styled(("no payment HSM was found in this scope: nothing is known to hold", "unknown"))
        yield styled()
    yield _summary(run)
    for party in (Party.MICROSOFT, Party.THALES, Party.CUSTOMER):
        failures = sorted((f for f in run.failures if f.party is party), key=lambda f: (-f.severity.rank, f.check))
        if failures:
            yield styled()
            yield styled((f"{WHO_ACTS[party]} to act ({len(failures)})", "head"))
            for finding in failures:
                yield from _failure(finding, width)
    yield from _muted(run, width)
    yield from _unknown(run, width, verbose)
    yield from _notes(run, width)
    yield from _unused_mutes(run, width)
    yield styled()
    example = run.failures[0].check if run.failures else "PHSM-HA-001"
    requests = f"   {counted(run.estate.requests, 'request')}" if run.estate.requests else ""
    yield styled((f"Explain a check: phsm checks explain {example}{requests}", "quiet"))


def _summary(run: Run) -> Text:
    count = run.summary
    parts: list[str | tuple[str, str]] = [(f"{count['fail']} fail", "fail" if count["fail"] else "ok")]
    if count["unknown"]:
        parts += ["   ", (f"{count['unknown']} unknown", "unknown")]
    parts.append(f"   {count['pass']} pass")
    if count["not_applicable"]:
        parts.append(f"   {count['not_applicable']} not applicable")
    if count["muted"]:
        parts.append(f"   {count['muted']} muted")
    return styled(*parts)


def _failure(finding: Finding, width: int | None) -> Iterator[Text]:
    yield styled(
        "  ", (f"{finding.severity.value:<6}", "fail"), f"  {finding.check}  ", (one_line(finding.subject.name), "head")
    )
    yield from wrapped(one_line(finding.evidence, EVIDENCE), 10, width)
    if finding.lapsed:
        yield from wrapped(lapse(finding.lapsed), 10, width)
    if finding.ticket:
        yield styled(f"{'':10}{arrow(width)}a ticket is drafted: phsm tickets plan")
    elif finding.fix:
        yield from next_step(finding.fix, 10, width)


def _muted(run: Run, width: int | None) -> Iterator[Text]:
    """Failures that somebody bears are shown all the same: with their evidence, and who bears them until when."""
    if run.muted:
        yield styled()
        yield styled((f"Muted ({len(run.muted)})", "head"))
    for finding in run.muted:
        if finding.muted:
            name = one_line(finding.subject.name)
            yield styled("  ", (f"{finding.severity.value:<6}", "quiet"), f"  {finding.check}  ", (name, "head"))
            yield from wrapped(one_line(finding.evidence, EVIDENCE), 10, width)
            yield from wrapped(history(finding.muted), 10, width)


def _unused_mutes(run: Run, width: int | None) -> Iterator[Text]:
    if run.unused_mutes:
        yield styled()
        yield styled((f"Mutes that match no failure ({len(run.unused_mutes)})", "head"))
        for mute in run.unused_mutes:
            line = f"{one_line(mute.check)}  {one_line(mute.subject)}  {unused(mute, run)}"
            yield from wrapped(line, 2, width, hang=8)
        yield from wrapped(f"{arrow(width)}{NEXT_STEP}", 10, width)


def _unknown(run: Run, width: int | None, verbose: bool) -> Iterator[Text]:
    rows = not_known(run)
    if not rows:
        return
    yield styled()
    yield styled((f"Not known ({sum(row.findings for row in rows) or len(rows)})", "head"))
    for step, same in groupby(rows, key=lambda row: row.step):
        for row in same:
            yield from _not_known(row, width, verbose)
        yield from next_step(step, 10, width)


def _not_known(row: NotKnown, width: int | None, verbose: bool) -> Iterator[Text]:
    if not row.checks:
        yield from wrapped(f"{one_line(row.what)} {one_line(row.subject)}: {one_line(row.reason)}", 2, width)
        return
    yield styled("  ", (row.what, "unknown"), "  ", (one_line(row.subject), "head"))
    if verbose and len(row.checks) > 1:
        yield from wrapped(", ".join(row.checks), 10, width)
    yield from wrapped(one_line(row.reason, EVIDENCE), 10, width)


def _notes(run: Run, width: int | None) -> Iterator[Text]:
    found = notes(run)
    if found:
        yield styled()
        yield styled((f"Notes ({len(found)})", "head"))
    for note in found[:NOTES_SHOWN]:
        yield styled(f"  {note.check}  ", (one_line(note.subject), "head"))
        yield from wrapped(one_line(note.says, EVIDENCE), 10, width)
    if len(found) > NOTES_SHOWN:
        yield styled(f"  and {counted(len(found) - NOTES_SHOWN, 'more note')}: phsm check --format json")


def _pools(run: Run, width: int | None) -> Iterator[Text]:
    names: dict[tuple[str, str], list[Pool]] = {}
    for pool in run.pools:
        names.setdefault((pool.name, pool.role.value), []).append(pool)
    covered = _with_a_second_region(run)
    blocks = [(name, _block(run, pools, covered, width)) for name, pools in names.items()]
    blocks.sort(key=lambda block: block[1][0])  # those with a problem first, else by name
    for (name, role), (_, lines) in blocks[:POOLS_SHOWN]:
        yield styled((one_line(name), "head"), f"   {role}")
        yield from lines
        yield styled()
    if len(blocks) > POOLS_SHOWN:
        hidden = blocks[POOLS_SHOWN:]
        bad = sum(not fine for _, (fine, _) in hidden)
        yield styled(f"and {counted(len(hidden), 'more pool')}, {bad} of them with a problem: phsm inventory")
        yield styled()


def _block(run: Run, pools: list[Pool], covered: frozenset[str], width: int | None) -> tuple[bool, list[Text]]:
    """The lines of one application, and whether all is well with it."""
    lines, lost, untold, alive = [], [], False, []
    longest = max(len(one_line(pool.region, 60)) for pool in pools)
    for pool in pools:
        members = pool.members(run.estate)
        places = placement(pool, run.estate).label
        lines.extend(_region(pool, members, places, longest, run.estate, width))
        works = [hsm for hsm in members if working(hsm, run.estate)]
        if works and pool.region != UNTOLD_REGION:
            alive.append(pool.region)
        survives = survives_a_stamp(pool, run.estate)
        untold |= survives is None
        if survives is False:
            lost.append(one_line(pool.region, 60))
    fine = not lost and not untold and all(pool.region in alive for pool in pools)
    elsewhere = any(not covered.isdisjoint(pool.hsms) for pool in pools)
    regions = "yes" if len(alive) > 1 else "by another pool" if elsewhere else "no"
    if regions == "no" and any(pool.unplaced for pool in pools):
        regions = "not known"
    stamp = f"not in {', '.join(lost)}" if lost else "not known" if untold else "yes"
    given = {item.severity_a for item in run.support if item.pool in {pool.label for pool in pools}}
    cells = [styled(f"  survives losing a stamp: {stamp}"), styled(f"a region: {regions}")]
    if given:
        answer = "not available" if False in given else "not known" if None in given else "available"
        cells.append(styled(f"Severity A: {answer}"))
    return fine, lines + flowed(cells, 2, width)


def _with_a_second_region(run: Run) -> frozenset[str]:
    """The HSMs (keys) whose application has a pool in a second region, which may have another name."""
    passed = (f for f in run.findings if f.check == "PHSM-HA-004" and f.outcome is Outcome.PASS)
    return frozenset(hsm for finding in passed for hsm in finding.subject.hsms)


def _region(
    pool: Pool, members: Iterable[Hsm], label: Mapping[str, str], longest: int, estate: Estate, width: int | None
) -> list[Text]:
    cells = [styled(f"  {one_line(pool.region, 60):<{longest}}")]
    for hsm in sorted(members, key=lambda hsm: (label.get(hsm.key, "~"), hsm.name)):
        works = working(hsm, estate)
        sign, style = {True: ("● ", "ok"), False: ("✖ ", "fail"), None: ("? ", "unknown")}[works]
        name = f"{sign if width is not None else ''}{one_line(hsm.name, 60)}"
        word = trouble(hsm, works)
        place = one_line(label.get(hsm.key, "placement not known"), 60)
        cells.append(styled(f"{place} ", (name, style), f" {word}" if word else ""))
    return flowed(cells, longest + 5, width)


def survives_a_stamp(pool: Pool, estate: Estate) -> bool | None:
    """Whether HSMs that work for sure stand in two placements; None where HSMs that tell no region decide it."""
    if pool.region == UNTOLD_REGION:
        return None
    label = placement(pool, estate).label
    places = {label[hsm.key] for hsm in pool.members(estate) if hsm.key in label and working(hsm, estate)}
    return True if len(places) >= 2 else None if pool.unplaced else False


def trouble(hsm: Hsm, works: bool | None) -> str:
    """What is the matter with an HSM, in two words; ``""`` when it works."""
    if works:
        return ""
    if works is None:
        return "not read" if hsm.gap else "not known"
    return "network interface missing" if hsm.is_in_state("Succeeded") else one_line(hsm.provisioning_state, 40)
