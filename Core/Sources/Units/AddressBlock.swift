/// All addresses that begin with the same bits: `10.0.0.0/8`, `2001:db8::/32`.
public struct AddressBlock: Hashable, Sendable, BitwiseCopyable, CustomStringConvertible {
    /// The first address of the block.
    public let first: IPAddress
    /// How many bits of the 128 are the same; an IPv4 block has at least 96.
    public let prefix: Int

    /// The block around `address`. `prefix` counts as its family does, up to 32 or 128 bits; nil when it is outside.
    public init?(_ address: IPAddress, prefix: Int) {
        guard (0...(address.v4 == nil ? 128 : 32)).contains(prefix) else { return nil }
        self.prefix = address.v4 == nil ? prefix : prefix + 96
        let mask = Self.mask(self.prefix)
        first = IPAddress(high: address.high & mask.high, low: address.low & mask.low)
    }

    /// Reads `10.0.0.0/8`, or one address without a prefix; nil for anything else.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let start = parts.first, let address = IPAddress(String(start)) else { return nil }
        guard parts.count == 2 else {
            self.init(address, prefix: address.v4 == nil ? 128 : 32)
            return
        }
        guard (1...3).contains(parts[1].utf8.count), parts[1].utf8.allSatisfy({ (48...57).contains($0) }),
            let prefix = Int(parts[1])
        else { return nil }
        self.init(address, prefix: prefix)
    }

    /// Whether the address is one of the block. An IPv4 address is in no IPv6 block unless that holds `::ffff:0:0/96`.
    public func contains(_ address: IPAddress) -> Bool {
        let mask = Self.mask(prefix)
        return address.high & mask.high == first.high && address.low & mask.low == first.low
    }

    public var description: String { "\(first)/\(first.v4 == nil || prefix < 96 ? prefix : prefix - 96)" }

    private static func mask(_ prefix: Int) -> (high: UInt64, low: UInt64) {
        // A shift by 64 or more gives zero.
        (high: ~(UInt64.max >> UInt64(min(prefix, 64))), low: ~(UInt64.max >> UInt64(max(prefix - 64, 0))))
    }
}
