/// The 16-bit number that RTP gives to a stream's packets (RFC 3550 §5.1), also transport-wide congestion control's.
///
/// It wraps every 65,536 packets, so two of them have a distance but no order: there is no `<` on purpose.
public struct SequenceNumber: RawRepresentable, Hashable, Sendable, BitwiseCopyable {
    public let rawValue: UInt16

    public init(rawValue: UInt16) { self.rawValue = rawValue }

    public init(_ value: UInt16) { rawValue = value }

    /// The number `offset` packets later, or earlier when that is negative.
    public static func + (number: SequenceNumber, offset: Int) -> SequenceNumber {
        SequenceNumber(number.rawValue &+ UInt16(truncatingIfNeeded: offset))
    }

    /// Steps from `earlier` to `later` on the shorter way round, -32,768 to 32,767.
    public static func - (later: SequenceNumber, earlier: SequenceNumber) -> Int {
        Int(Int16(bitPattern: later.rawValue &- earlier.rawValue))
    }

    /// Whether this one follows `other`, on the shorter way round.
    public func isAfter(_ other: SequenceNumber) -> Bool { self - other > 0 }

    /// The count of packets that ends in these 16 bits and is nearest to `reference`. Never negative when `reference`
    /// is not: what would lie before the first count lies one turn later.
    public func extended(near reference: Int64) -> Int64 {
        let distance = Int64(Int16(truncatingIfNeeded: Int64(rawValue) &- reference))
        let count = reference &+ distance
        return count < 0 && reference >= 0 ? count &+ 65_536 : count
    }
}
