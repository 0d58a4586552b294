import Units

/// What is not the public internet: the special-purpose registries of IANA (RFC 6890), without the few entries that are
/// globally reachable (AS112, AMT).
enum SpecialRanges {
    struct RangeV4 {
        let first: UInt32
        let last: UInt32

        init(_ first: UInt32, prefix: UInt32) {
            self.first = first
            last = first | (prefix == 0 ? .max : (1 << (32 - prefix)) - 1)
        }

        func contains(_ address: UInt32) -> Bool { address >= first && address <= last }
    }

    static let v4 = [
        RangeV4(0x0000_0000, prefix: 8),  // 0.0.0.0: this network
        RangeV4(0x0A00_0000, prefix: 8),  // 10: private
        RangeV4(0x6440_0000, prefix: 10),  // 100.64: carriers' NAT
        RangeV4(0x7F00_0000, prefix: 8),  // 127: loopback
        RangeV4(0xA9FE_0000, prefix: 16),  // 169.254: link-local, clouds' metadata
        RangeV4(0xAC10_0000, prefix: 12),  // 172.16: private
        RangeV4(0xC000_0000, prefix: 24),  // 192.0.0: IETF assignments
        RangeV4(0xC000_0200, prefix: 24),  // 192.0.2: documentation
        RangeV4(0xC058_6300, prefix: 24),  // 192.88.99: 6to4 relays
        RangeV4(0xC0A8_0000, prefix: 16),  // 192.168: private
        RangeV4(0xC612_0000, prefix: 15),  // 198.18: benchmarks
        RangeV4(0xC633_6400, prefix: 24),  // 198.51.100: documentation
        RangeV4(0xCB00_7100, prefix: 24),  // 203.0.113: documentation
        RangeV4(0xE000_0000, prefix: 4),  // 224: multicast
        RangeV4(0xF000_0000, prefix: 4),  // 240: reserved, broadcast
    ]

    /// Whether an IPv6 address is in what IANA has given out for the internet, 2000::/3, or is NAT64's way to IPv4. All else
    /// is closed: loopback, v4-compatible, unique local, link-local, site-local, multicast, NAT64 for local use, discard.
    static func isGlobalUnicast(_ address: IPAddress) -> Bool {
        if address.high == 0x0064_FF9B_0000_0000, address.low >> 32 == 0 { return true }
        guard address.high >> 61 == 0b001 else { return false }
        // 2001::/23, IETF assignments: Teredo, benchmarks, ORCHID; 2001:db8::/32 and 3fff::/20, documentation.
        return address.high >> 41 != 0x2001_0000 >> 9 && address.high >> 32 != 0x2001_0DB8
            && address.high >> 44 != 0x3FFF_0
    }

    /// The IPv4 address that a translator on the way would send to: of NAT64 (64:ff9b::/96) and 6to4 (2002::/16).
    static func embedded(in address: IPAddress) -> IPAddress? {
        if address.high == 0x0064_FF9B_0000_0000 { return IPAddress(v4: UInt32(truncatingIfNeeded: address.low)) }
        guard address.high >> 48 == 0x2002 else { return nil }
        return IPAddress(v4: UInt32(truncatingIfNeeded: address.high >> 16))
    }
}
