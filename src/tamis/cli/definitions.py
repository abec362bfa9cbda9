"""`tamis pull`, `tamis plan` and `tamis apply`: contact types, fields and segments as a file."""

import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from tamis.cli.client.remote import Remote
from tamis.cli.common import Common, print_line, print_result
from tamis.client import ApiError
from tamis.definitions.apply import apply_plan
from tamis.definitions.counts import count_effects, refuse_types_with_contacts
from tamis.definitions.models import PresentType
from tamis.definitions.planner import plan_changes
from tamis.definitions.pull import pull_into
from tamis.definitions.steps import Effect, EffectOnDependent, Plan, Step, loses_data
from tamis.definitions.words import action_of, describe, object_of
from tamis.definitions.workspace import ApiWorkspace
from tamis.definitions.yaml_file import definitions_of, parse_document, write_document
from tamis.domain.errors import Invalid, Problem, Refused
from tamis.domain.values.text import pluralize

MAX_BYTES = 4 << 20
"""A larger file would take minutes to read."""
CHANGES_STATUS = 2
"""The exit status of a plan that would change something."""
SIGNS = {"create": "+", "edit": "~", "rename": "~", "delete": "-"}


def pull(file: Path, *, remote: Remote = Remote(), common: Common = Common()) -> None:  # noqa: B008  frozen
    """Write the contact types, fields and segments of an account to a YAML file.

    In an existing file, comments and the order of entries are kept, and rules that mean the same stay as written.

    Parameters
    ----------
    file
        The file to write.
    """
    with _problems_of(file):
        text = _read(file) if file.exists() else ""
        document = parse_document(text)
        definitions_of(document)
    with remote.client(common) as client:
        pull_into(document, ApiWorkspace(client).read())
    pulled = write_document(document).replace("\n", "\r\n" if "\r\n" in text else "\n")
    is_changed = pulled != text or not file.exists()
    if is_changed:
        _write(file, pulled)
    lines = [f"Updated {file}." if text else f"Wrote {file}."] if is_changed else [f"{file} is up to date."]
    print_result(common, {"file": str(file), "changed": is_changed}, *lines)


def plan(
    file: Path,
    *,
    allow_delete: Annotated[bool, Parameter(negative="")] = False,
    remote: Remote = Remote(),  # noqa: B008
    common: Common = Common(),  # noqa: B008
) -> None:
    """Show what applying a YAML file would change, with the members of segments before and after.

    Nothing is changed. The exit status is 0 if nothing would change, 2 if something would, and 1 for errors.

    Parameters
    ----------
    file
        The file with contact types, fields and segments.
    allow_delete
        Plan to delete what the file does not contain; otherwise this is refused.
    """
    with remote.client(common) as client:
        workspace = ApiWorkspace(client)
        planned, _ = _plan(file, workspace)
        effects = count_effects(planned, workspace)
        _show(common, planned, effects)
        _refuse_losses(planned, workspace, allow_delete=allow_delete)
    if planned.steps:
        sys.exit(CHANGES_STATUS)


def apply(
    file: Path,
    *,
    allow_delete: Annotated[bool, Parameter(negative="")] = False,
    remote: Remote = Remote(),  # noqa: B008
    common: Common = Common(),  # noqa: B008
) -> None:
    """Make contact types, fields and segments match a YAML file, after showing the plan.

    Parameters
    ----------
    file
        The file with contact types, fields and segments.
    allow_delete
        Delete what the file does not contain, and clear values that do not fit a new kind of field; otherwise this is
        refused.
    """
    with remote.client(common) as client:
        workspace = ApiWorkspace(client)
        planned, present = _plan(file, workspace)
        effects = count_effects(planned, workspace)
        if not common.json:
            _show(common, planned, effects)
        _refuse_losses(planned, workspace, allow_delete=allow_delete)
        applied = 0
        try:
            for _ in apply_plan(planned, present, workspace, allow_loss=allow_delete):
                applied += 1
        except ApiError as error:
            raise Refused(
                "plan_partly_applied",
                applied=applied,
                total=len(planned.steps),
                step=describe(planned.steps[applied]),
                reason=" ".join(error.sentences),
            ) from None
    if common.json:
        print_result(common, _document(planned, effects) | {"applied": applied})
    elif applied:
        print_line(f"Applied {pluralize(applied, 'change')}.")


def _plan(file: Path, workspace: ApiWorkspace) -> tuple[Plan, list[PresentType]]:
    with _problems_of(file):
        desired = definitions_of(parse_document(_read(file)))
        present = workspace.read()
        return plan_changes(desired, present), present


def _show(common: Common, planned: Plan, effects: Sequence[Effect | None]) -> None:
    lines: list[str] = []
    for step, effect in zip(planned.steps, effects, strict=True):
        lines.append(f"{SIGNS[action_of(step)]} {_line(step, effect)}")
        changed = [each for each in effect.dependents if each.entering or each.leaving] if effect else []
        lines += [f'    segment "{each.name}" uses it; {_members(each)}' for each in changed]
    lines.append(f"{pluralize(len(planned.steps), 'change')}." if lines else "Nothing to change.")
    print_result(common, _document(planned, effects), *lines)


def _line(step: Step, effect: Effect | None) -> str:
    if effect is None:
        return describe(step)
    return f"{describe(step)}; {_members(effect)}"


def _members(effect: Effect | EffectOnDependent) -> str:
    after = "unknown until the changes above are applied" if effect.after is None else f"{effect.after:,}"
    change = f"; {effect.entering:,} enter, {effect.leaving:,} leave" if effect.entering or effect.leaving else ""
    return f"members: {effect.before or 0:,} → {after}{change}"


def _document(planned: Plan, effects: Sequence[Effect | None]) -> dict[str, object]:
    changes: list[dict[str, object]] = []
    for step, effect in zip(planned.steps, effects, strict=True):
        change: dict[str, object] = {
            "action": action_of(step),
            "object": object_of(step),
            "name": step.name,
            "text": describe(step),
            "loses_data": loses_data(step),
        }
        if effect is not None:
            change |= {"count_before": effect.before, "count_after": effect.after}
            change |= {"entering": effect.entering, "leaving": effect.leaving}
            change["dependents"] = [
                {
                    "name": each.name,
                    "count_before": each.before,
                    "count_after": each.after,
                    "entering": each.entering,
                    "leaving": each.leaving,
                }
                for each in effect.dependents
            ]
        changes.append(change)
    return {"changes": changes}


def _refuse_losses(planned: Plan, workspace: ApiWorkspace, *, allow_delete: bool) -> None:
    if planned.losses and not allow_delete:
        raise Refused("plan_loses_data", steps=[describe(step) for step in planned.losses])
    refuse_types_with_contacts(planned, workspace)


@contextmanager
def _problems_of(file: Path) -> Iterator[None]:
    """Name the file in its problems."""
    try:
        yield
    except Invalid as error:
        raise Invalid(
            [
                Problem.of(f"{file}, {problem.path}" if problem.path else str(file), problem)
                for problem in error.problems
            ]
        ) from None


def _read(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            content = opened.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            raise Invalid([Problem("", "definitions_too_large", most=MAX_BYTES >> 20)])
        return content.decode("utf-8-sig")
    except OSError as error:
        raise Invalid([Problem("", "file_not_read", reason=error.strerror or "unknown reason")]) from None
    except UnicodeDecodeError:
        raise Invalid([Problem("", "file_not_utf8")]) from None


def _write(file: Path, text: str) -> None:
    """Write a file, which stays as it was if that fails."""
    target = file.resolve()
    try:
        handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        try:
            with os.fdopen(handle, "wb") as out:
                out.write(text.encode())
            if target.exists():
                Path(temporary).chmod(target.stat().st_mode & 0o777)
            Path(temporary).replace(target)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        reason = error.strerror or "unknown reason"
        raise Refused("target_not_written", target=str(file), reason=reason) from None
