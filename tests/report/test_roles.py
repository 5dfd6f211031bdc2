"""Columns of outputs with a role of their own: named apart, and after those of the output itself."""

from iqabench.report.data.labels import column_title, quality_title
from iqabench.report.data.subjects import MeasuredColumn


def measured(column: str, protocol: str = "sr-y") -> MeasuredColumn:
    return MeasuredColumn(column, "psnr", 1, protocol, "hash", "dB", "higher")


OUTPUT, LOW = measured("psnr@sr-y"), measured("low:psnr@sr-y")


def test_the_role_is_read_from_the_column() -> None:
    assert (OUTPUT.role, LOW.role) == ("", "low")
    assert measured("psnr@model:rcan", "model:rcan").role == ""


def test_heads_tell_outputs_apart() -> None:
    assert quality_title(OUTPUT) == "PSNR"
    assert quality_title(LOW) == "PSNR of low"
    assert column_title(LOW) == "PSNR of low (dB)"


def test_the_output_itself_comes_first() -> None:
    rgb = measured("psnr@rgb", "rgb")
    assert sorted([LOW, rgb, OUTPUT], key=lambda c: c.order) == [OUTPUT, rgb, LOW]
