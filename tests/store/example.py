"""A record, as tests of stores ask for it."""

from dataclasses import replace

from iqabench.store import Record, Store


def record(sample: str = "baby", value: float | None = 32.0, **more: object) -> Record:
    base = Record(
        key="k", sample=sample, column="psnr@sr-y", status="ok", value=value, error="", unit="dB",
        better="higher", metric="psnr", metric_version=1, protocol="sr-y", protocol_hash="p",
        task="sr", set="set5", set_hash="s", scale=4, level="x4", model="rlfn", model_hash="w",
        model_facts="{}", random_weights=False, precision="fp32", tile=0, tile_note="",
        device_class="cpu", device="a processor", restore_ms=1.5, run="r", versions="{}",
        time="2026-01-01T00:00:00.000Z",
    )  # fmt: skip
    return replace(base, **more)  # type: ignore[arg-type]


def values(store: Store) -> dict[str, float]:
    with store.connect() as connection:
        rows = connection.execute("SELECT sample, value FROM records").fetchall()
    return dict(rows)
