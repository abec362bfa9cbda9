"""`tamis doctor`."""

import json
import sys

from tamis.actions.maintenance.doctor.report import Check
from tamis.actions.maintenance.doctor.run import verify_all
from tamis.cli.client.local_client import run_call
from tamis.cli.common import Common, open_services, print_line, print_notice
from tamis.domain.errors import Invalid, Problem

SAMPLE = 2_000


def doctor(*, sample: int = SAMPLE, common: Common = Common()) -> None:  # noqa: B008  frozen
    """Check the data for errors, even while a server uses it; changes nothing.

    The exit status is 1 if there are errors.

    Parameters
    ----------
    sample
        How many randomly chosen contacts of each type to check with the reference evaluator.
    """
    if sample < 0:
        raise Invalid([Problem("--sample", "must_not_be_negative")])
    if not common.settings.data.is_dir():
        raise Invalid([Problem("--data", "data_directory_missing", directory=str(common.settings.data))])
    made: list[Check] = []
    with open_services(common) as services:
        for check in verify_all(services, run_call, sample):
            made.append(check)
            if not common.json:
                _show(check)
    wrong = sum(finding.wrong for check in made for finding in check.findings)
    if common.json:
        print(json.dumps(_document(made), ensure_ascii=False))
    else:
        seconds = sum(check.seconds for check in made)
        print_line(f"{len(made)} checks in {seconds:.1f} s: {_summary(wrong)}.")
    if wrong:
        if common.json:
            print_notice(_summary(wrong))
        sys.exit(1)


def _summary(wrong: int) -> str:
    if not wrong:
        return "no errors"
    return "1 error" if wrong == 1 else f"{wrong} errors"


def _show(check: Check) -> None:
    scope = f" ({check.scope})" if check.scope else ""
    print_line(f"{'ERROR' if check.wrong else 'ok':6}{check.name}{scope}, {check.seconds:.2f} s")
    for finding in check.findings:
        print_line(f"       {'' if finding.wrong else 'note: '}{finding.message}")
    sys.stdout.flush()


def _document(made: list[Check]) -> dict[str, object]:
    return {
        "ok": not any(check.wrong for check in made),
        "checks": [
            {
                "name": check.name,
                "looked_at": check.scope,
                "seconds": round(check.seconds, 3),
                "findings": [{"wrong": finding.wrong, "message": finding.message} for finding in check.findings],
            }
            for check in made
        ],
    }
