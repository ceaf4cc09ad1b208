"""The default route, as Linux tells it."""

from pathlib import Path

from agentia.core.routes import default_gateway

HEAD = "Iface Destination Gateway Flags RefCnt Use Metric Mask MTU Window IRTT\n"


def table(folder: Path, *rows: str) -> Path:
    path = folder / "route"
    path.write_text(HEAD + "".join(f"{row}\n" for row in rows))
    return path


def test_the_gateway_is_that_of_the_default_route_with_the_least_metric(tmp_path: Path) -> None:
    rows = (
        "eth0 0000A8C0 00000000 0001 0 0 0 00FFFFFF 0 0 0",
        "eth1 00000000 010012AC 0003 0 0 200 00000000 0 0 0",
        "eth0 00000000 01001FAC 0003 0 0 100 00000000 0 0 0",
    )
    assert default_gateway(table(tmp_path, *rows)) == "172.31.0.1"


def test_an_internal_network_has_no_gateway(tmp_path: Path) -> None:
    assert default_gateway(table(tmp_path, "eth0 00001FAC 00000000 0001 0 0 0 00FFFFFF 0 0 0")) is None


def test_no_gateway_is_known_where_there_is_no_table(tmp_path: Path) -> None:
    assert default_gateway(tmp_path / "nothing") is None
