//! Which addresses of networks may be connected to.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Why an address is not connected to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Closed {
    /// Of this machine or of a network that is not public: those who run the program may allow it.
    Private(&'static str),
    /// Of services that tell machines their secrets, and others that no page is at: never allowed.
    Never(&'static str),
}

impl Closed {
    /// What the address is, as the end of a sentence.
    pub(super) fn what(self) -> &'static str {
        match self {
            Closed::Private(what) | Closed::Never(what) => what,
        }
    }
}

/// Why an address is not connected to unless that is allowed; `None` for those of the public network.
pub(super) fn closed(address: IpAddr) -> Option<Closed> {
    match address {
        IpAddr::V4(address) => closed_v4(address),
        IpAddr::V6(address) => closed_v6(address),
    }
}

fn closed_v4(address: Ipv4Addr) -> Option<Closed> {
    const SHARED: &str = "an address of a provider's own network";
    let [a, b, c, _] = address.octets();
    Some(match (a, b) {
        // Alibaba Cloud and Azure tell machines their secrets there.
        _ if matches!(address.octets(), [100, 100, 100, 200] | [168, 63, 129, 16]) => {
            Closed::Never("an address of a metadata service")
        }
        (169, 254) => Closed::Never("a link-local address, as metadata services have"),
        (0, _) => Closed::Never("no address of a host"),
        (224..=255, _) => Closed::Never("no address of a single host"),
        (127, _) => Closed::Private("an address of this machine"),
        (10, _) | (172, 16..=31) | (192, 168) => Closed::Private("an address of a private network"),
        (100, 64..=127) => Closed::Private(SHARED),
        (192, 0) if c == 0 => Closed::Private("a reserved address"),
        (198, 18 | 19) => Closed::Private("a reserved address"),
        (192, 0) if c == 2 => Closed::Private("an address for documentation"),
        (198, 51) if c == 100 => Closed::Private("an address for documentation"),
        (203, 0) if c == 113 => Closed::Private("an address for documentation"),
        _ => return None,
    })
}

fn closed_v6(address: Ipv6Addr) -> Option<Closed> {
    // What leads to an address of IPv4 is what that is.
    if let Some(inner) = inner_v4(address) {
        return closed_v4(inner);
    }
    let [a, b, c, ..] = address.segments();
    Some(match a {
        _ if address.is_loopback() => Closed::Private("an address of this machine"),
        _ if address.is_unspecified() => Closed::Never("no address of a host"),
        // Amazon tells machines their secrets there.
        0xfd00 if b == 0x0ec2 => Closed::Never("an address of a metadata service"),
        // Google's.
        0xfd20 if b == 0x00ce && c == 0 => Closed::Never("an address of a metadata service"),
        0xfe80..=0xfebf => Closed::Never("a link-local address, as metadata services have"),
        0xff00..=0xffff => Closed::Never("no address of a single host"),
        0xfc00..=0xfdff | 0xfec0..=0xfeff => Closed::Private("an address of a private network"),
        0x2001 if b == 0x0db8 => Closed::Private("an address for documentation"),
        // Only these are given to hosts of the public network.
        0x2000..=0x3fff => return None,
        _ => Closed::Private("a reserved address"),
    })
}

/// The address of IPv4 that one of IPv6 stands for.
fn inner_v4(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let pair = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        Ipv4Addr::new(a, b, c, d)
    };
    match address.segments() {
        // Mapped, translated, and the old "compatible" ones; `::` and `::1` are themselves.
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0, 0, 0, 0, 0xffff, 0, high, low] => Some(pair(high, low)),
        [0, 0, 0, 0, 0, 0, high, low] if high != 0 => Some(pair(high, low)),
        // NAT64.
        [0x64, 0xff9b, 0 | 1, .., high, low] => Some(pair(high, low)),
        // 6to4.
        [0x2002, high, low, ..] => Some(pair(high, low)),
        // Teredo, with its bits turned over.
        [0x2001, 0, .., high, low] => Some(pair(!high, !low)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_public_network_is_open() {
        for open in ["1.1.1.1", "140.82.121.3", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "2002:8c52:7903::1"] {
            assert_eq!(closed(open.parse().unwrap()), None, "{open}");
        }
        for private in [
            "127.0.0.1",
            "127.8.9.1",
            "10.0.0.1",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "100.64.0.1",
            "192.0.2.1",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:0:10.0.0.1",
            "::10.0.0.1",
            "64:ff9b::10.0.0.1",
            "2002:7f00:1::1",
            "fc00::1",
            "fd12:3456::1",
            "fec0::1",
            "2001:db8::1",
            "4000::1",
        ] {
            assert!(matches!(closed(private.parse().unwrap()), Some(Closed::Private(_))), "{private}");
        }
        for never in [
            "169.254.169.254",
            "169.254.0.1",
            "100.100.100.200",
            "168.63.129.16",
            "0.0.0.0",
            "0.1.2.3",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::ffff:169.254.169.254",
            "64:ff9b::169.254.169.254",
            "2002:a9fe:a9fe::1",
            "2001:0:1:2:3:4:5601:5601",
            "fe80::1",
            "fd00:ec2::254",
            "fd20:ce::254",
            "ff02::1",
        ] {
            assert!(matches!(closed(never.parse().unwrap()), Some(Closed::Never(_))), "{never}");
        }
    }
}
