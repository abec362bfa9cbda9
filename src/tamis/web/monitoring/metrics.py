"""The metrics of a server, collected when they are requested from plain counters.

No label holds text that people or clients choose: routes, statuses, events and states are sets that the code bounds.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor

from prometheus_client import CollectorRegistry, PlatformCollector, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from tamis import __version__, log
from tamis.actions.maintenance.health import Health
from tamis.actions.maintenance.server_stats import ServerStats, gather_stats
from tamis.actions.services import Services
from tamis.actions.webhooks.worker import WebhookWorker
from tamis.domain.webhooks import DeliveryOutcome
from tamis.histogram import DurationHistogram
from tamis.web.monitoring.traffic import Traffic

CHANGE_TYPES = ("entered", "left", "bulk")


class ServerCollector(Collector):
    """Collects the metrics of a server."""

    def __init__(
        self,
        services: Services,
        traffic: Traffic,
        health: Health,
        webhooks: WebhookWorker,
        active: Callable[[], int],
    ) -> None:
        self._services, self._traffic, self._health, self._active = services, traffic, health, active
        self._webhooks = webhooks
        # One thread, so that all requests for metrics share one connection to the records.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="metrics")

    def describe(self) -> Iterable[Metric]:
        """Return nothing: names are not checked in advance."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """Return all metrics as of now."""
        yield from self._request_metrics()
        yield from _store_metrics(
            self._thread.submit(gather_stats, self._services).result(), self._services.records.commits
        )
        yield from self._change_metrics()
        events = CounterMetricFamily("tamis_events", "Log events, including suppressed ones.", labels=["event"])
        for name, count in sorted(log.counts().items()):
            events.add_metric([name], count)
        yield events
        yield _gauge("tamis_ready", "1 if the server is ready, otherwise 0.", float(not self._health.reasons))
        info = GaugeMetricFamily("tamis_build_info", "The running version.", labels=["version"])
        info.add_metric([__version__], 1)
        yield info

    def _change_metrics(self) -> Iterator[Metric]:
        changes = CounterMetricFamily(
            "tamis_membership_changes",
            "Entries of segments and exits; those of batches too large for memory together, as bulk.",
            labels=["type"],
        )
        for type_ in CHANGE_TYPES:
            changes.add_metric([type_], self._services.hub.counts[type_])
        yield changes
        delivered = self._webhooks.counters
        attempts = CounterMetricFamily(
            "tamis_webhook_attempts", "Attempts to deliver changes to webhooks, by outcome.", labels=["outcome"]
        )
        for outcome in DeliveryOutcome:
            attempts.add_metric([outcome.value], delivered.attempts[outcome])
        yield attempts
        yield CounterMetricFamily("tamis_webhook_changes", "Changes delivered to webhooks.", delivered.changes)
        text = "Age of the oldest change that a webhook has not accepted yet."
        yield _gauge("tamis_webhook_lag_seconds", text, self._webhooks.lag_seconds)

    def _request_metrics(self) -> Iterator[Metric]:
        answered = sorted(self._traffic.answered.copy().items())
        requests = CounterMetricFamily(
            "tamis_requests", "Requests by interface, route and status.", labels=["interface", "route", "status"]
        )
        durations: dict[tuple[str, str], DurationHistogram] = {}
        sizes: Counter[str] = Counter()
        for (interface, route, status), found in answered:
            requests.add_metric([interface, route, str(status) if status else "none"], sum(found.counts))
            durations.setdefault((interface, route), DurationHistogram()).merge(found)
            sizes[interface] += found.body_bytes
        yield requests
        seconds = HistogramMetricFamily(
            "tamis_request_seconds", "Time until a response was sent completely.", labels=["interface", "route"]
        )
        for labels, timings in durations.items():
            seconds.add_metric(list(labels), timings.buckets(), timings.seconds)
        yield seconds
        sent = CounterMetricFamily("tamis_response_bytes", "Bytes in response bodies.", labels=["interface"])
        for interface, size in sizes.items():
            sent.add_metric([interface], size)
        yield sent
        yield _gauge("tamis_requests_active", "Requests in progress.", self._active())


def make_registry(
    services: Services, traffic: Traffic, health: Health, webhooks: WebhookWorker, active: Callable[[], int]
) -> CollectorRegistry:
    """Make the registry of a server, with the metrics of its process; `active` returns the number of running
    requests."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(ServerCollector(services, traffic, health, webhooks, active))
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    return registry


def _store_metrics(stats: ServerStats, commits: DurationHistogram) -> Iterator[Metric]:
    yield _gauge("tamis_writes_waiting", "Writes waiting in the queue.", stats.writes_waiting)
    durations = HistogramMetricFamily("tamis_commit_seconds", "Time to commit one or more writes.")
    durations.add_metric([], commits.buckets(), commits.seconds)
    yield durations
    if stats.changes_behind is not None:
        text = "Changes that the projection has not applied yet."
        yield _gauge("tamis_changes_behind", text, stats.changes_behind)
        text = "Age of the oldest change that the projection has not applied yet."
        yield _gauge("tamis_projection_lag_seconds", text, stats.lag_seconds)
    imports = GaugeMetricFamily(
        "tamis_imports", "Imports by state; interrupted ones count as running.", labels=["state"]
    )
    for state, count in stats.imports.items():
        imports.add_metric([state], count)
    yield imports
    yield CounterMetricFamily("tamis_import_rows", "Rows read by imports.", stats.import_rows)
    yield _gauge("tamis_contact_events", "Stored events: what contacts did.", stats.contact_events)
    yield _gauge("tamis_disk_free_bytes", "Free space on the disk of the data directory.", stats.disk_free)
    sizes = GaugeMetricFamily("tamis_file_bytes", "Size of a file in the data directory.", labels=["file"])
    for name, size in stats.file_bytes.items():
        sizes.add_metric([name], size)
    yield sizes


def _gauge(name: str, text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, text, value)
