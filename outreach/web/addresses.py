"""Under which address a provider called us: what it signed is the address that *it* saw, not the one that
reached us behind a proxy."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address
from re import compile

from starlette.requests import Request

Network = IPv4Network | IPv6Network

_HOST = compile(r"([A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(:[0-9]{1,5})?")
_PORT = compile(r"[0-9]{1,5}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """How this server is reached: under `public_url`, through proxies of these networks."""

    public_url: str
    trusted: tuple[Network, ...] = ()

    def of(self, request: Request) -> tuple[str, ...]:
        """The addresses that may have been called, whole: as trusted hops say, then as configured."""
        path = (request.scope.get("raw_path") or request.scope["path"].encode()).decode("latin-1")
        query = request.scope["query_string"].decode("latin-1")
        rest = f"{path}?{query}" if query else path
        forwarded = self._forwarded(request)
        configured = self.public_url.rstrip("/")
        return tuple(f"{base}{rest}" for base in (forwarded, configured) if base)

    def _forwarded(self, request: Request) -> str:
        """Scheme, host and port as the furthest trusted hop saw them; nothing where nobody is trusted."""
        hops = self._trusted_hops(request)
        if not hops:
            return ""
        scheme = _said(request, "x-forwarded-proto", hops).lower()
        host = _said(request, "x-forwarded-host", hops) or request.headers.get("host", "")
        port = _said(request, "x-forwarded-port", hops)
        if scheme not in {"http", "https"} or not _HOST.fullmatch(host):
            return ""
        if not _PORT.fullmatch(port):
            return f"{scheme}://{host}"
        name = host if host.endswith("]") else host.rpartition(":")[0] or host
        return f"{scheme}://{name}" if port == DEFAULT[scheme] else f"{scheme}://{name}:{port}"

    def caller(self, request: Request) -> str:
        """Who asks, as the furthest trusted hop saw it; "" where nobody can say."""
        peer = request.client.host if request.client else ""
        behind = [hop.strip() for hop in ",".join(request.headers.getlist("x-forwarded-for")).split(",")]
        chain = (peer, *reversed(behind))
        return chain[min(self._trusted_hops(request), len(chain) - 1)]

    def _trusted_hops(self, request: Request) -> int:
        """How many hops before us are trusted, one after the other, beginning with who connects."""
        peer = request.client.host if request.client else ""
        behind = [hop.strip() for hop in ",".join(request.headers.getlist("x-forwarded-for")).split(",")]
        hops = 0
        for hop in (peer, *reversed(behind)):
            if not self._is_trusted(hop):
                break
            hops += 1
        return hops

    def _is_trusted(self, hop: str) -> bool:
        try:
            found = ip_address(hop)
        except ValueError:
            return False
        plain = found.ipv4_mapped if isinstance(found, IPv6Address) else None
        return any((plain or found) in network for network in self.trusted)


DEFAULT = {"http": "80", "https": "443"}


def _said(request: Request, name: str, hops: int) -> str:
    """A header as the furthest trusted hop wrote it: each hop appends, or there is one value for all."""
    values = [value.strip() for value in ",".join(request.headers.getlist(name)).split(",")]
    return values[-min(hops, len(values))]
