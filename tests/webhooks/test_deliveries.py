"""Webhooks get every change at least once and in order, whatever their receivers do."""

import asyncio
import threading
from datetime import timedelta
from itertools import pairwise

import pytest

from tamis.actions.webhooks import messages, registration
from tamis.actions.webhooks import worker as worker_module
from tamis.actions.webhooks.messages import OutgoingPage, read_outgoing
from tamis.actions.webhooks.registration import delete_webhook, list_deliveries, replay_changes, rotate_secret
from tamis.domain.errors import Gone, Invalid, Problem
from tamis.domain.segments.changes import ChangeType
from tamis.domain.segments.history import Position
from tamis.domain.webhooks import Attempt, DeliveryOutcome, DisabledReason
from tamis.records import webhooks
from tests.support.receiver import OK, Receiver, answer, close, close_while_answering, receiving
from tests.webhooks.workbench import Workbench


@pytest.fixture(autouse=True)
def _look_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_module, "TICK_SECONDS", 0.01)


def test_changes_come_signed_and_in_order(bench: Workbench, receiver: Receiver) -> None:
    made = bench.create(receiver.url)
    numbers = bench.change(3)
    (first,) = receiver.wait_for(1)
    assert first.is_signed_with(made.secret)
    assert first.method == "POST"
    assert first.path == "/hook"
    assert first.headers["content-type"] == "application/json"
    assert first.json["type"] == "memberships.changed"
    assert first.json["data"]["last_id"] == numbers[-1]
    assert first.json["data"]["changes"][0] == {
        "id": numbers[0],
        "type": "entered",
        "segment_id": 1,
        "contact_id": numbers[0],
        "email": f"person{numbers[0]}@example.org",
        "at": "2026-11-01T00:00:00Z",
        "cause": "contact_changed",
    }
    more = bench.change(2)
    receiver.wait_until(lambda: receiver.change_ids == numbers + more)
    bench.wait_until(lambda: bench.find(made.webhook).position == more[-1])
    assert [attempt.outcome for attempt in bench.attempts(made.webhook)] == [DeliveryOutcome.DELIVERED] * 2


def test_a_message_has_at_most_a_thousand_changes(bench: Workbench, receiver: Receiver) -> None:
    bench.create(receiver.url)
    receiver.script = [answer(500)]
    numbers = bench.change(2_500)
    received = receiver.wait_until(lambda: len(receiver.received) >= 4)
    assert [len(message.change_ids) for message in received] == [1_000, 1_000, 1_000, 500]
    assert received[0].body == received[1].body
    assert receiver.change_ids[1_000:] == numbers


@pytest.mark.parametrize(
    ("behaviour", "outcome", "status", "text"),
    [
        (answer(500, b"no"), DeliveryOutcome.WRONG_STATUS, 500, "no"),
        (answer(404, b"x" * 5_000), DeliveryOutcome.WRONG_STATUS, 404, "x" * 1_000),
        (answer(302, location="http://127.0.0.1:1/x"), DeliveryOutcome.REDIRECTED, 302, "http://127.0.0.1:1/x"),
        (close, DeliveryOutcome.BROKEN, None, ""),
    ],
    ids=["500", "404", "302", "closed"],
)
def test_a_failed_message_is_sent_again_with_the_same_id(
    bench: Workbench, receiver: Receiver, behaviour: object, outcome: DeliveryOutcome, status: int | None, text: str
) -> None:
    made = bench.create(receiver.url)
    receiver.script = [behaviour, behaviour]  # type: ignore[list-item]
    numbers = bench.change(2)
    received = receiver.wait_for(3)
    bench.wait_until(lambda: bench.find(made.webhook).position == numbers[-1])
    assert len({message.message_id for message in received}) == 1
    assert len({message.body for message in received}) == 1
    assert len({message.headers["webhook-timestamp"] for message in received}) > 1
    logged = bench.attempts(made.webhook)
    assert [attempt.outcome for attempt in logged] == [outcome, outcome, DeliveryOutcome.DELIVERED]
    assert [attempt.attempt for attempt in logged] == [1, 2, 3]
    assert (logged[0].status, logged[0].answer, logged[0].changes) == (status, text, 2)
    assert logged[2].answer == ""
    assert bench.find(made.webhook).failures == 0


def test_the_status_decides_also_when_the_answer_breaks_off(bench: Workbench, receiver: Receiver) -> None:
    made = bench.create(receiver.url)
    receiver.script = [close_while_answering]
    (number,) = bench.change()
    bench.wait_until(lambda: bench.find(made.webhook).position == number)
    assert [attempt.status for attempt in bench.attempts(made.webhook)] == [200]


def test_retries_end_after_three_days_with_a_notice(
    bench: Workbench, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    made = bench.create(receiver.url)
    receiver.otherwise = answer(503)
    bench.change()
    bench.wait_until(lambda: not bench.find(made.webhook).is_enabled)
    disabled = bench.find(made.webhook)
    assert disabled.disabled_reason == DisabledReason.FAILING
    assert disabled.position == 0
    attempts = bench.attempts(made.webhook)
    spent = attempts[-1].started_at - attempts[0].started_at
    assert timedelta(days=3) <= spent < timedelta(days=3, minutes=1)
    pauses = [later.started_at - earlier.started_at for earlier, later in pairwise(attempts)]
    assert timedelta(seconds=3) < pauses[0] < timedelta(seconds=8)
    assert pauses[5] > 10 * pauses[2]
    assert max(pauses) < timedelta(hours=5)
    assert len({message.message_id for message in receiver.received}) == 1
    assert "webhook_disabled" in caplog.text
    # Enabled again, it goes on where it was.
    receiver.otherwise = OK
    bench.edit(disabled, enabled=True)
    bench.wait_until(lambda: bench.find(made.webhook).position > 0)
    assert receiver.received[-1].message_id == receiver.received[0].message_id


def test_410_disables_at_once(bench: Workbench, receiver: Receiver) -> None:
    made = bench.create(receiver.url)
    receiver.otherwise = answer(410)
    bench.change()
    bench.wait_until(lambda: not bench.find(made.webhook).is_enabled)
    assert bench.find(made.webhook).disabled_reason == DisabledReason.GONE
    assert len(receiver.received) == 1


def test_a_receiver_that_hangs_delays_nobody_else(bench: Workbench, receiver: Receiver) -> None:
    hanging = [bench.create(receiver.url).webhook for _ in range(50)]
    receiver.otherwise = receiver.hang
    stranger = bench.new_account("stranger@example.net")
    with receiving() as mine, receiving() as theirs:
        bench.create(mine.url)
        bench.create(theirs.url, stranger)
        numbers, others = [], []
        for _ in range(5):
            numbers += bench.change()
            others += bench.change(account=stranger)
            mine.wait_until(lambda: mine.change_ids == numbers)  # noqa: B023
            theirs.wait_until(lambda: theirs.change_ids == others)  # noqa: B023
    receiver.wait_for(len(hanging))
    assert not bench.attempts(hanging[0])  # still waiting for its first answer
    receiver.released.set()


def test_an_attempt_ends_in_time(idle_bench: Workbench, receiver: Receiver) -> None:
    idle_bench.seconds = 0.2
    with idle_bench.running():
        made = idle_bench.create(receiver.url)
        receiver.script = [receiver.hang]
        (number,) = idle_bench.change()
        idle_bench.wait_until(lambda: idle_bench.find(made.webhook).position == number)
    assert DeliveryOutcome.TIMED_OUT in [attempt.outcome for attempt in idle_bench.attempts(made.webhook)]


def test_a_receiver_that_restarts_gets_everything(bench: Workbench) -> None:
    with receiving() as first:
        made = bench.create(first.url)
        numbers = bench.change(3)
        bench.wait_until(lambda: bench.find(made.webhook).position == numbers[-1])
    more = bench.change(2)
    bench.wait_until(lambda: bench.find(made.webhook).failures)
    with receiving(first.port) as second:
        second.wait_until(lambda: second.change_ids[:2] == more)
        bench.wait_until(lambda: bench.find(made.webhook).position == more[-1])
    assert DeliveryOutcome.NOT_REACHED in [attempt.outcome for attempt in bench.attempts(made.webhook)]


def test_filters_select_types_and_segments(bench: Workbench, receiver: Receiver) -> None:
    made = bench.create(receiver.url, types=["left"])
    bench.change(250)
    bench.change(segment_id=2)
    wanted = bench.change(2, type=ChangeType.LEFT)
    receiver.wait_until(lambda: receiver.change_ids == wanted)
    bench.change(type=ChangeType.ENTERED)
    bench.edit(made.webhook, types=[])
    everything = bench.change(segment_id=3)
    receiver.wait_until(lambda: receiver.change_ids[-1] == everything[-1])
    assert len(receiver.received) == 2


def test_two_secrets_sign_while_they_overlap(bench: Workbench, receiver: Receiver) -> None:
    old = bench.create(receiver.url)
    new = bench.services.write(rotate_secret, bench.account, old.webhook.id)
    assert new.secret != old.secret
    bench.change()
    (both,) = receiver.wait_for(1)
    assert both.is_signed_with(old.secret)
    assert both.is_signed_with(new.secret)
    assert not both.is_signed_with("whsec_" + "A" * 44)
    until = new.webhook.previous_secret_until
    assert until
    valid = bench.services.clock() + timedelta(hours=23)
    assert valid < until < valid + timedelta(hours=2)


def test_the_previous_secret_expires(bench: Workbench, receiver: Receiver) -> None:
    made = bench.create(receiver.url)
    bench.services.write(rotate_secret, bench.account, made.webhook.id)
    bench.clock.ahead += timedelta(hours=24, minutes=1)
    bench.change()
    (sent,) = receiver.wait_for(1)
    assert len(sent.headers["webhook-signature"].split()) == 1


def test_replayed_changes_come_again(bench: Workbench, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    made = bench.create(receiver.url)
    numbers = bench.change(4)
    bench.wait_until(lambda: bench.find(made.webhook).position == numbers[-1])
    monkeypatch.setattr(registration, "read_position", lambda _: Position(0, numbers[-1], 0, {}, None))
    bench.services.write(replay_changes, bench.account, made.webhook.id, numbers[1])
    receiver.wait_until(lambda: receiver.change_ids == numbers + numbers[2:])
    assert receiver.received[0].message_id != receiver.received[1].message_id
    with pytest.raises(Invalid, match="must be from 0 to"):
        bench.services.write(replay_changes, bench.account, made.webhook.id, numbers[-1] + 1)


def test_a_deleted_webhook_gets_nothing_more(bench: Workbench, receiver: Receiver) -> None:
    made = bench.create(receiver.url)
    bench.change()
    bench.wait_until(lambda: bench.attempts(made.webhook))
    bench.services.write(delete_webhook, bench.account, made.webhook.id)
    other = bench.create(receiver.url, description="other")
    last = bench.change()
    bench.wait_until(lambda: bench.find(other.webhook).position == last[-1])
    assert len(bench.worker._followers) == 1


def test_webhooks_that_are_equally_far_share_what_is_read(bench: Workbench, receiver: Receiver) -> None:
    made = [bench.create(receiver.url).webhook for _ in range(20)]
    bench.wait_until(lambda: len(bench.worker._followers) == 20)
    bench.wait_until(lambda: not any(follower.task for follower in bench.worker._followers.values()))
    begun = bench.feed.reads
    numbers = bench.change()
    bench.wait_until(lambda: all(bench.find(webhook).position == numbers[-1] for webhook in made))
    assert bench.feed.reads - begun <= 25


def test_a_stopped_server_lets_running_attempts_end(idle_bench: Workbench, receiver: Receiver) -> None:
    arrived, go = threading.Event(), threading.Event()

    def answer_later(handler: object) -> None:
        arrived.set()
        go.wait(30)
        OK(handler)  # type: ignore[arg-type]

    receiver.script = [answer_later]
    made = idle_bench.create(receiver.url)
    (number,) = idle_bench.feed.add(idle_bench.account.id)
    with idle_bench.running():
        arrived.wait(30)
        threading.Timer(0.2, go.set).start()
    idle_bench.wait_until(lambda: idle_bench.find(made.webhook).position == number)


def test_the_log_keeps_a_thousand_attempts_of_thirty_days(
    idle_bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    services, now = idle_bench.services, idle_bench.services.clock()
    webhook = idle_bench.create("http://127.0.0.1:9/").webhook
    attempt = Attempt("msg_x", True, 1, now, timedelta(), DeliveryOutcome.DELIVERED, 200, "", None, None, 0)
    services.write(lambda db, _: [webhooks.log_attempt(db, webhook.id, attempt) for _ in range(1_005)])
    logged = list_deliveries(services.records.reader(), idle_bench.account, webhook.id, limit=2_000)
    assert [delivery.number for delivery in logged] == list(range(1_005, 5, -1))
    services.write(rotate_secret, idle_bench.account, webhook.id)
    idle_bench.clock.ahead += timedelta(days=30, minutes=1)
    assert webhooks.has_expired(services.records.reader(), services.clock())
    with idle_bench.running():
        idle_bench.wait_until(lambda: not idle_bench.attempts(webhook))
    kept = webhooks.secrets_of(services.records.reader(), webhook.id)
    assert kept
    assert kept.previous is None
    assert not webhooks.has_expired(services.records.reader(), services.clock())


def test_changes_that_are_not_kept_any_more_are_passed(idle_bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise error

    monkeypatch.setattr(messages, "read_feed", refuse)
    error: Exception = Gone("changes_no_longer_kept", after=3, earliest=70)
    assert read_outgoing(idle_bench.services, 1, 3, None) == OutgoingPage((), 70)
    error = Invalid([Problem("after", "change_number_unknown", after=3)])
    assert read_outgoing(idle_bench.services, 1, 3, None) == OutgoingPage((), 3)


def test_a_failing_webhook_that_is_enabled_again_is_tried_at_once(idle_bench: Workbench, receiver: Receiver) -> None:
    held = threading.Event()

    async def wait(_: float) -> None:
        held.set()
        await asyncio.sleep(3600)

    receiver.script = [answer(500)]
    made = idle_bench.create(receiver.url)
    (number,) = idle_bench.feed.add(idle_bench.account.id)
    with idle_bench.running(sleep=wait):
        assert held.wait(30)
        idle_bench.edit(made.webhook, enabled=True)
        idle_bench.wait_until(lambda: idle_bench.find(made.webhook).position == number)
    assert len(receiver.received) == 2
