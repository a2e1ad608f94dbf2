"""From which line and network somebody comes: what is counted of visitors is counted so."""

import pytest

from internationale.kit import http


@pytest.mark.parametrize(
    ("address", "network", "line"),
    [
        ("192.0.2.7", "192.0.2.0/24", "192.0.2.7/32"),
        ("::ffff:192.0.2.7", "192.0.2.0/24", "192.0.2.7/32"),
        ("::FFFF:c000:207", "192.0.2.0/24", "192.0.2.7/32"),
        ("2001:db8:1:2:3::4", "2001:db8:1::/48", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/48", "fe80::/64"),
        ("testclient", "", ""),
        ("", "", ""),
    ],
)
def test_an_address_has_the_same_line_however_it_is_written(address: str, network: str, line: str) -> None:
    assert (http.network(address), http.line(address)) == (network, line)
