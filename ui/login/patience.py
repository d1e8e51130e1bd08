"""How long somebody has to wait before the next try with a password."""

from __future__ import annotations

import ipaddress
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

FREE = 5  # tries without a wait
REMEMBERED = 10_000  # clients or names; beyond, who has not tried for longest is forgotten


@dataclass(slots=True)
class _Tries:
    count: int = 0
    until: float = 0.0


class Patience:
    """After FREE tries each next one comes after twice the wait of the one before, up to ``longest`` seconds.

    Safe to share between threads. A try counts when it begins, so that many at once are no way round.
    """

    def __init__(self, longest: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.longest, self._clock = longest, clock
        self._tries: OrderedDict[str, _Tries] = OrderedDict()
        self._lock = threading.Lock()

    def wait(self, key: str) -> float:
        """Seconds until ``key`` may try again; 0: now."""
        with self._lock:
            known = self._tries.get(key)
            return max(0.0, known.until - self._clock()) if known else 0.0

    def tries(self, key: str) -> None:
        """``key`` tries now. Long after the wait is over, it begins anew."""
        now = self._clock()
        with self._lock:
            known = self._tries.pop(key, None)
            if known is None or known.until + self.longest < now:
                known = _Tries(until=now)
            known.count += 1
            known.until = now + (min(2.0 ** min(known.count - FREE, 60), self.longest) if known.count >= FREE else 0)
            self._tries[key] = known
            while len(self._tries) > REMEMBERED:
                self._tries.popitem(last=False)

    def forgive(self, key: str) -> None:
        """The password was right."""
        with self._lock:
            self._tries.pop(key, None)


def client(host: str) -> str:
    """What a client is counted by: its address; of IPv6 the network, for one computer has any number of addresses in it."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv6Address):
        mapped = address.ipv4_mapped
        return str(mapped or ipaddress.ip_network((int(address) >> 64 << 64, 64)))
    return str(address)
