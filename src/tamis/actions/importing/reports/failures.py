"""Why imports failed: problems that are kept with the job."""

import msgspec

from tamis.domain.errors import Abandoned, Problem, TamisError
from tamis.domain.files.imports import ImportJob


def failure_reasons(job: ImportJob) -> tuple[Problem, ...]:
    """Return why an import failed; jobs of earlier versions have a sentence instead of problems."""
    if not job.error:
        return ()
    try:
        return msgspec.json.decode(job.error, type=tuple[Problem, ...])
    except msgspec.DecodeError:
        return (Problem("", job.error),)


def problems_of(error: BaseException) -> tuple[Problem, ...]:
    """Return the problems of an error that ended an import."""
    if isinstance(error, TamisError) and not isinstance(error, Abandoned):
        return error.problems
    # The texts of other errors may contain data from the file.
    if isinstance(error, Exception) and not isinstance(error, Abandoned):
        return (Problem("", "fault_ended_import", fault=type(error).__name__),)
    return (Problem("", "import_was_stopped"),)
