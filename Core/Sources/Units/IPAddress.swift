/// An IPv4 or IPv6 address as 128 bits, ready to be compared and hashed as integers.
///
/// IPv4 is kept as IPv6 writes it, `::ffff:a.b.c.d` (RFC 4291 §2.5.5.2), so an IPv4 peer that comes through an IPv6
/// socket is the same peer, and a rule about an IPv4 range cannot be passed by the other spelling.
public struct IPAddress: Hashable, Comparable, Sendable, BitwiseCopyable, CustomStringConvertible {
    /// The first 64 bits.
    public let high: UInt64
    /// The last 64 bits.
    public let low: UInt64

    /// An address of 128 bits.
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// An IPv4 address; 127.0.0.1 is `0x7F00_0001`.
    public init(v4: UInt32) {
        high = 0
        low = Self.mappedPrefix | UInt64(v4)
    }

    /// The 32 bits of an IPv4 address; nil for IPv6.
    public var v4: UInt32? {
        high == 0 && low & ~0xFFFF_FFFF == Self.mappedPrefix ? UInt32(truncatingIfNeeded: low) : nil
    }

    /// The network of one customer: the address itself for IPv4, its /64 for IPv6, where everybody has 2^64 addresses.
    public var network: IPAddress { v4 == nil ? IPAddress(high: high, low: 0) : self }

    /// An address of this machine only.
    public var isLoopback: Bool { v4.map { $0 >> 24 == 127 } ?? (high == 0 && low == 1) }

    public static func < (left: IPAddress, right: IPAddress) -> Bool {
        (left.high, left.low) < (right.high, right.low)
    }

    /// `192.0.2.1`, or the form of RFC 5952: `2001:db8::1`.
    public var description: String {
        if let v4 { return (0..<4).map { String(v4 >> UInt32(24 - 8 * $0) & 0xFF) }.joined(separator: ".") }
        let groups = (0..<8).map { index -> UInt64 in
            (index < 4 ? high : low) >> UInt64(48 - 16 * (index % 4)) & 0xFFFF
        }
        guard let zeros = Self.longestZeros(groups) else { return Self.text(groups[...]) }
        return Self.text(groups[..<zeros.lowerBound]) + "::" + Self.text(groups[zeros.upperBound...])
    }

    private static let mappedPrefix: UInt64 = 0x0000_FFFF_0000_0000

    private static func text(_ groups: ArraySlice<UInt64>) -> String {
        groups.map { String($0, radix: 16) }.joined(separator: ":")
    }

    /// The first of the longest runs of at least two zeros.
    private static func longestZeros(_ groups: [UInt64]) -> Range<Int>? {
        var best: Range<Int>?
        var start = 0
        for index in 0...groups.count where index == groups.count || groups[index] != 0 {
            if index - start >= 2, index - start > best?.count ?? 0 { best = start..<index }
            start = index + 1
        }
        return best
    }
}
