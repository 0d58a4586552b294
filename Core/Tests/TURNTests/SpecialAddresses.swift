import Units

/// The special-purpose address registries of IANA and what turn servers were tricked with, as texts of blocks. Written
/// from the registries and not from the sources, which have ranges of integers.
enum SpecialAddresses {
    /// https://www.iana.org/assignments/iana-ipv4-special-registry, without what is globally reachable.
    static let v4 = [
        "0.0.0.0/8", "0.0.0.0/32", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
        "192.0.0.0/24", "192.0.0.0/29", "192.0.0.8/32", "192.0.0.170/32", "192.0.0.171/32", "192.0.2.0/24",
        "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4",
        "240.0.0.0/4", "255.255.255.255/32",
    ]

    /// https://www.iana.org/assignments/iana-ipv6-special-registry and -address-space, without what is globally reachable.
    static let v6 = [
        "::/128", "::1/128", "64:ff9b:1::/48", "100::/64", "100:0:0:1::/64", "2001::/23", "2001::/32", "2001:1::1/128",
        "2001:1::2/128", "2001:1::3/128", "2001:2::/48", "2001:3::/32", "2001:4:112::/48", "2001:10::/28",
        "2001:20::/28", "2001:30::/28", "2001:db8::/32", "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10",
        "ff00::/8", "200::/7", "400::/6", "800::/5", "1000::/4", "4000::/3", "6000::/3", "8000::/3", "a000::/3",
        "c000::/3", "e000::/4", "f000::/5", "f800::/6", "fe00::/9",
    ]

    /// Spellings of an IPv4 address in IPv6: mapped, compatible, translated by SIIT, 6to4, NAT64, NAT64 for local use, Teredo.
    static func spellings(_ v4: UInt32) -> [String] {
        func groups(_ value: UInt32) -> String {
            String(value >> 16, radix: 16) + ":" + String(value & 0xFFFF, radix: 16)
        }
        return [
            "::ffff:\(groups(v4))", "::\(groups(v4))", "::ffff:0:\(groups(v4))", "2002:\(groups(v4))::1",
            "64:ff9b::\(groups(v4))", "64:ff9b:1::\(groups(v4))", "2001:0:102:304:8000:1234:\(groups(~v4))",
        ]
    }

    /// First, last and one between of every block, and of the IPv4 ones all spellings in IPv6.
    static let all: [IPAddress] = {
        var all: [IPAddress] = []
        for block in v4.compactMap({ AddressBlock($0) }) {
            guard let first = block.first.v4 else { continue }
            let last = first | UInt32(truncatingIfNeeded: (UInt64(1) << UInt64(128 - block.prefix)) - 1)
            for address in Set([first, last, first + (last - first) / 3]) {
                all.append(IPAddress(v4: address))
                all += spellings(address).compactMap { IPAddress($0) }
            }
        }
        for block in v6.compactMap({ AddressBlock($0) }) {
            all += Set([0, 1, 2].map { Reference.address(of: block, $0) })
        }
        return all
    }()
}

/// Blocks of addresses once more, bit by bit, to compare with.
enum Reference {
    static func bits(_ address: IPAddress) -> [Bool] {
        (0..<128).map { (($0 < 64 ? address.high : address.low) >> UInt64(63 - $0 % 64)) & 1 == 1 }
    }

    static func address(_ bits: [Bool]) -> IPAddress {
        func word(_ bits: ArraySlice<Bool>) -> UInt64 { bits.reduce(0) { $0 << 1 | ($1 ? 1 : 0) } }
        return IPAddress(high: word(bits[..<64]), low: word(bits[64...]))
    }

    /// 0: the first, 1: the last, 2: one between.
    static func address(of block: AddressBlock, _ which: Int) -> IPAddress {
        let bits = bits(block.first)
        return address((0..<128).map { $0 < block.prefix ? bits[$0] : which == 1 || which == 2 && $0 % 3 == 0 })
    }

    private static func prefixes(_ blocks: [String]) -> [[Bool]] {
        blocks.compactMap { AddressBlock($0) }.map { Array(bits($0.first).prefix($0.prefix)) }
    }

    private static let closedV4 = prefixes(SpecialAddresses.v4)
    private static let closedV6 = prefixes(SpecialAddresses.v6)
    private static let mapped = Array(repeating: false, count: 80) + Array(repeating: true, count: 16)
    private static let nat64 = prefixes(["64:ff9b::/96"])[0]
    private static let sixToFour = prefixes(["2002::/16"])[0]
    private static let global = prefixes(["2000::/3"])[0]

    /// Whether an address is one of the public internet: in none of the blocks, and no way around to one that is.
    static func isPublic(_ bits: [Bool]) -> Bool {
        if bits.starts(with: mapped) { return !closedV4.contains { bits.starts(with: $0) } }
        if bits.starts(with: nat64) { return isPublic(mapped + bits[96...]) }
        guard bits.starts(with: global), !closedV6.contains(where: { bits.starts(with: $0) }) else { return false }
        return bits.starts(with: sixToFour) ? isPublic(mapped + bits[16..<48]) : true
    }
}
