"""What programs ask about segments: previews, explanations, history, activity, forecasts, overlap and samples."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from tests.api.conftest import Customers
from tests.support.programs import Program, problem_of
from tests.support.users import fresh, fresh_address


def new_segment(api: Program, customers: Customers, rule: object) -> dict[str, Any]:
    made: dict[str, Any] = api.create(
        "segments", {"contact_type_id": customers.id, "name": fresh("Segment"), "rule": rule}
    )
    return made


def preview(api: Program, customers: Customers, rule: object) -> dict[str, Any]:
    found: dict[str, Any] = api.result(api.post("segments/preview", {"contact_type_id": customers.id, "rule": rule}))
    return found


def test_a_preview_counts_each_part_by_itself(api: Program, customers: Customers) -> None:
    rule = '(country = "India" or country = "China") and not (rental_count > 25) and is in segment '
    segment = new_segment(api, customers, "rental_count > 20")
    found = preview(api, customers, f"{rule}{segment['id']}")

    counts = {part["path"]: part["count"] for part in found["parts"]}
    assert list(counts) == [
        "rule",
        "rule.all[0]",
        "rule.all[0].any[0]",
        "rule.all[0].any[1]",
        "rule.all[1]",
        "rule.all[1].not",
        "rule.all[2]",
    ]
    parts = {
        "rule.all[0]": 'country = "India" or country = "China"',
        "rule.all[0].any[0]": 'country = "India"',
        "rule.all[1]": "not (rental_count > 25)",
        "rule.all[1].not": "rental_count > 25",
        "rule.all[2]": f"is in segment {segment['id']}",
    }
    for path, text in parts.items():
        assert preview(api, customers, text)["count"] == counts[path], path
    assert found["total"] == 599
    assert found["count"] == counts["rule"] == new_segment(api, customers, found["text"])["count"]
    assert len(found["sample"]) == 10
    assert {contact["fields"]["country"] for contact in found["sample"]} <= {"India", "China"}
    assert found["sentence"].startswith("Customers ")


def test_a_preview_of_a_rule_in_json_has_its_own_paths(api: Program, customers: Customers) -> None:
    india = {"field": "country", "operator": "is", "values": ["India"]}
    found = preview(api, customers, {"all": [{"any": [india]}, {"not": {"not": india}}]})

    assert (found["count"], found["text"]) == (60, 'country is "India" and not (not (country is "India"))')
    assert {part["path"] for part in found["parts"]} >= {
        "rule",
        "rule.all[0]",
        "rule.all[1].not",
        "rule.all[1].not.not",
    }
    assert {part["count"] for part in found["parts"]} == {60, 539}


@pytest.mark.parametrize("rule", [None, "", "  "])
def test_a_rule_without_conditions_selects_nobody(api: Program, customers: Customers, rule: str | None) -> None:
    found = preview(api, customers, rule)

    assert (found["count"], found["parts"], found["sample"], found["total"]) == (0, [], [], 599)


def test_a_preview_of_an_edited_segment_finds_circles(api: Program, customers: Customers) -> None:
    segment = new_segment(api, customers, "rental_count > 20")
    user = new_segment(api, customers, f"is in segment {segment['id']}")
    body = {
        "contact_type_id": customers.id,
        "rule": f"is in segment {user['id']}",
        "segment_id": segment["id"],
    }
    problem_of(api.post("segments/preview", body), 422, "segment_depends_on_itself")
    problem_of(api.post("segments/preview", {**body, "segment_id": 2**40}), 404, "segment_unknown")
    problem_of(api.post("segments/preview", {**body, "contact_type_id": 2**40}), 404, "contact_type_id_unknown")
    assert api.post("segments/preview", {**body, "rule": 'country = "India"'}).status_code == 200


def test_a_membership_is_explained(api: Program, customers: Customers) -> None:
    segment = new_segment(api, customers, 'country = "India" and rental_count > 25')
    path = f"segments/{segment['id']}"
    member = api.result(api.get(f"{path}/members", limit=1))["data"][0]
    found = api.result(api.get(f"{path}/explain", email=member["email"].upper()))

    assert (found["in_segment"], found["because"], found["since"]) == (True, "rule", None)
    assert (found["segment"], found["contact_id"]) == (
        {"id": segment["id"], "name": segment["name"]},
        member["contact_id"],
    )
    assert (found["rule"]["kind"], found["rule"]["holds"]) == ("all", True)
    first = found["rule"]["parts"][0]
    assert (first["text"], first["value"], first["holds"]) == ('country is "India"', "India", True)
    api.delete(f"{path}/members/{member['email']}")
    found = api.result(api.get(f"{path}/explain", email=member["email"]))
    assert (found["in_segment"], found["because"], found["rule"]["holds"]) == (False, "removed by hand", True)
    assert found["since"]
    problem_of(api.get(f"{path}/explain", email="nobody@example.org"), 404, "contact_never_in_segment")
    problem_of(api.get(f"{path}/explain"), 400, "parameter_not_valid")


def test_history_and_activity_tell_who_came_and_went(api: Program, customers: Customers) -> None:
    segment = new_segment(api, customers, 'country = "India"')
    path = f"segments/{segment['id']}"
    emails = [fresh_address() for _ in range(3)]
    for email in emails:
        api.result(api.put(f"{path}/members/{email}"))
    api.delete(f"{path}/members/{emails[0]}")

    (today,) = api.result(api.get(f"{path}/history", days=1))["days"]
    assert (today["count"], today["entered"], today["left"], today["cause"]) == (62, 63, 1, "first filling")
    entered = api.pages(f"{path}/activity", limit=2, type="entered")
    assert [entry["email"] for entry in entered] == [emails[2], emails[1], None]  # of whoever is gone nothing is kept
    assert {(entry["type"], entry["cause"]) for entry in entered} == {("entered", "by hand")}
    assert [entry["type"] for entry in api.pages(f"{path}/activity", type="left")] == ["left"]
    everything = api.pages(f"{path}/activity", limit=2)
    assert [entry["type"] for entry in everything] == ["left", "entered", "entered", "entered", "computed"]
    assert everything[-1]["count"] == 60
    for days in ("0", "36501", "x"):
        problem_of(api.get(f"{path}/history", days=days), 400, "parameter_not_valid")
    problem = problem_of(api.get(f"{path}/activity", type="other"), 400, "parameter_not_valid")
    assert "choose from" in problem["detail"]


def test_a_forecast_tells_what_time_will_do(api: Program) -> None:
    type_id = api.create("contact-types", {"name": fresh("Type")})["id"]
    api.create(f"contact-types/{type_id}/fields", {"name": "Last order", "kind": "date"})
    today = datetime.now(UTC).date()
    for number, days in enumerate((0, 0, 2, 9)):
        fields = {"last_order": str(today - timedelta(days=days))}
        api.result(api.put(f"contact-types/{type_id}/contacts/{number}@example.org", {"fields": fields}))
    body = {"contact_type_id": type_id, "name": fresh("Recent"), "rule": "last_order is within 3 days"}
    path = f"segments/{api.create('segments', body)['id']}"
    found = api.result(api.get(f"{path}/forecast"))

    assert (found["count"], found["time_zone"], len(found["days"])) == (3, "UTC", 7)
    first = date.fromisoformat(found["days"][0]["day"])
    assert [day["day"] for day in found["days"]] == [str(first + timedelta(days=number)) for number in range(7)]
    leaving = {day["day"]: day["leaving"] for day in found["days"] if day["leaving"]}
    assert leaving == {str(today + timedelta(days=2)): 1, str(today + timedelta(days=4)): 2}
    assert [day["entering"] for day in found["days"]] == [0] * 7
    assert found["days"][-1]["count"] == 0
    assert len(api.result(api.get(f"{path}/forecast", days=366))["days"]) == 366
    for wrong in ("0", "367", "x", "-1"):
        problem = problem_of(api.get(f"{path}/forecast", days=wrong), 400, "parameter_not_valid")
        assert [error["path"] for error in problem["errors"]] == ["days"]


def test_segments_are_compared(api: Program, customers: Customers) -> None:
    one = new_segment(api, customers, 'country = "India"')
    two = new_segment(api, customers, 'country in ("India", "China")')
    found = api.result(api.post("segments/overlap", {"segment_ids": [one["id"], two["id"]]}))

    assert found == {
        "segments": [{"id": s["id"], "name": s["name"], "count": s["count"]} for s in (one, two)],
        "union": 113,
        "intersection": 60,
        "only": [0, 53],
        "matrix": [[60, 60], [60, 113]],
    }
    for ids in ([], [one["id"]], [one["id"]] * 2, list(range(1, 30))):
        refused = api.post("segments/overlap", {"segment_ids": ids})
        assert refused.status_code in (404, 422), refused.text
    problem = problem_of(api.post("segments/overlap", {"segment_ids": []}), 422, "wrong_number_of_segments")
    assert problem["errors"][0]["path"] == "segment_ids"


def test_members_are_sampled_and_split(api: Program, customers: Customers) -> None:
    segment = new_segment(api, customers, "rental_count > 20")
    path = f"segments/{segment['id']}/sample"

    def sampled(**sample: object) -> list[str]:
        emails: list[str] = []
        cursor: dict[str, object] = {}
        while True:
            page = api.result(api.call("POST", path, json=sample, params={"limit": 37, **cursor}))
            emails += [member["email"] for member in page["data"]]
            if page["next_cursor"] is None:
                return emails
            cursor = {"cursor": page["next_cursor"]}

    tenth, half, everyone = sampled(percent=10), sampled(percent=50), sampled(percent=100)
    assert set(tenth) < set(half) < set(everyone)
    assert len(everyone) == len(set(everyone)) == segment["count"]
    assert sampled(percent=10) == tenth != sampled(percent=10, seed="another")
    groups = api.result(api.post(path, {"groups": 3}))
    assert [group["group"] for group in groups["groups"]] == [1, 2, 3]
    members = [sampled(groups=3, group=number) for number in (1, 2, 3)]
    assert [len(each) for each in members] == [group["count"] for group in groups["groups"]]
    assert sorted(email for group in members for email in group) == sorted(everyone)
    for wrong in ({}, {"percent": 0}, {"percent": 101}, {"groups": 1}, {"group": 1}, {"groups": 2, "group": 3}):
        assert api.post(path, wrong).status_code == 422, wrong


REAL_COUNTS = {
    'country = "India"': 60,
    'country = "Russian Federation"': 28,
    "active is true": 584,
    "not (active is true)": 15,
    "total_paid >= 150": 46,
    "rental_count >= 40": 7,
    "open_rentals > 0": 159,
    "last_rental_at is after 2005-12-31 and last_rental_at is before 2007-01-01": 158,
}
"""The counts of the Sakila customers that their source names."""


@pytest.mark.parametrize(("rule", "count"), REAL_COUNTS.items())
def test_known_counts_of_real_data(api: Program, customers: Customers, rule: str, count: int) -> None:
    assert preview(api, customers, rule)["count"] == count
