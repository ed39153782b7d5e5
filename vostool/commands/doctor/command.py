"""`vostool doctor`: what is installed, which devices there are, and what mends what lacks."""

from __future__ import annotations

import argparse
import platform
import sys
from collections.abc import Sequence
from dataclasses import asdict
from itertools import groupby
from pathlib import Path

import vostool
from vostool.commands import output
from vostool.commands.doctor.findings import (
    Finding,
    device_findings,
    engine_findings,
    ffmpeg_finding,
    first_weights,
    native_modules,
    package_findings,
    screen_findings,
)
from vostool.commands.doctor.probe import probe
from vostool.models.weights.catalog import checkpoint_dirs

_MARKS = {"fine": " ", "optional": "-", "missing": "!"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    parser.epilog = "Exit status 0 says that VOSTool can run, 1 that something needed is missing."
    parser.add_argument("--json", action="store_true", help="print it as JSON")


def run(args: argparse.Namespace) -> int:
    """Print it; 1 where something needed is missing."""
    if not args.json:
        output.say("Looking at the packages and loading torch; that takes some seconds ...\n")
    findings = examine()
    ready = not any(finding.state == "missing" for finding in findings)
    facts = {
        "vostool": vostool.__version__,
        "folder": str(Path(vostool.__file__).parent),
        "python": platform.python_version(),
        "executable": sys.executable,
        "system": platform.platform(),
    }
    searched = [str(folder) for folder in checkpoint_dirs()]
    if args.json:
        shown = [asdict(finding) for finding in findings]
        output.say_json({**facts, "ready": ready, "findings": shown, "searched": searched})
    else:
        output.say(f"VOSTool {facts['vostool']} in {facts['folder']}")
        output.say(f"Python {facts['python']} in {facts['executable']}, {facts['system']}")
        _print(findings, searched)
        output.say(f"\n{_verdict(findings)}")
    return 0 if ready else 1


def examine() -> list[Finding]:
    """Every finding, those of one area together."""
    probed = probe(native_modules())
    return sorted(
        [
            *package_findings(probed),
            *device_findings(probed.torch),
            *engine_findings(),
            ffmpeg_finding(),
            *screen_findings(),
        ],
        key=lambda finding: _AREAS.index(finding.area),
    )


_AREAS = ("packages", "devices", "engines", "extras", "programs", "screen")


def _print(findings: Sequence[Finding], searched: Sequence[str]) -> None:
    for area, group in groupby(findings, key=lambda finding: finding.area):
        output.say(f"\n{area}")
        members = list(group)
        if area == "engines":
            _print_engines(members, searched)
            continue
        width = max(len(finding.name) for finding in members)
        for finding in members:
            output.say(f"{_MARKS[finding.state]} {finding.name:<{width}}  {finding.text}")
            if finding.remedy:
                output.say(f"  {'':<{width}}  -> {finding.remedy}")


def _print_engines(findings: Sequence[Finding], searched: Sequence[str]) -> None:
    """Those that are ready, damaged files, and in one line those whose weights are not here."""
    width = max(len(finding.name) for finding in findings)
    absent = []
    for finding in findings:
        if "is not here" in finding.text:
            absent.append(finding.name)
            continue
        output.say(f"{_MARKS[finding.state]} {finding.name:<{width}}  {finding.text}")
    if absent:
        output.say(f"- weights not here: {', '.join(absent)}")
        output.say(f"  -> {first_weights()}   # or another of these names")
    output.say(f"  weights are searched in {', '.join(searched)}")


def _verdict(findings: Sequence[Finding]) -> str:
    missing = [finding.name for finding in findings if finding.state == "missing"]
    if missing:
        return (
            f"Not everything that VOSTool needs is here: {', '.join(missing)}. "
            "The lines after -> mend it."
        )
    return "VOSTool can run. Lines with - are optional, and what follows -> adds them."
