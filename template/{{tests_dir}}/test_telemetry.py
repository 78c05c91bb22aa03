"""OpenTelemetry: FastAPI traces each request as soon as a provider is configured."""

import pytest
from httpx2 import AsyncClient
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter


@pytest.fixture
def exporter(monkeypatch: pytest.MonkeyPatch) -> InMemorySpanExporter:
    """Collect the spans of this test. A provider that is set stays for the rest of a process."""
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(trace, "get_tracer_provider", lambda: provider)
    return exporter


async def test_request_is_a_span_with_its_route(
    async_client: AsyncClient, exporter: InMemorySpanExporter
) -> None:
    await async_client.patch("/api/users/1")

    (span,) = [each for each in exporter.get_finished_spans() if each.parent is None]
    assert span.name.endswith("/api/users/{user_id}")
    assert span.attributes is not None
    assert span.attributes["http.response.status_code"] == 401
