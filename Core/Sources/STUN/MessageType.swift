/// What a message is: a class and a method, mixed into 14 bits (RFC 8489 §5).
///
/// ```
///  0                 1
///  2  3  4 5 6 7 8 9 0 1 2 3 4 5
/// +--+--+-+-+-+-+-+-+-+-+-+-+-+-+
/// |M |M |M|M|M|C|M|M|M|C|M|M|M|M|
/// |11|10|9|8|7|1|6|5|4|0|3|2|1|0|
/// +--+--+-+-+-+-+-+-+-+-+-+-+-+-+
/// ```
public struct MessageType: Hashable, Sendable {
    /// The four classes.
    public enum Class: UInt16, Sendable {
        case request = 0b00
        case indication = 0b01
        case success = 0b10
        case error = 0b11
    }

    /// A method: Binding here, Allocate and its like in TURN.
    public struct Method: RawRepresentable, Hashable, Sendable {
        /// 12 bits.
        public let rawValue: UInt16

        public init(rawValue: UInt16) { self.rawValue = rawValue & 0xFFF }

        public static let binding = Method(rawValue: 0x001)
        /// TURN's (RFC 8656 §17).
        public static let allocate = Method(rawValue: 0x003)
        public static let refresh = Method(rawValue: 0x004)
        public static let send = Method(rawValue: 0x006)
        public static let data = Method(rawValue: 0x007)
        public static let createPermission = Method(rawValue: 0x008)
        public static let channelBind = Method(rawValue: 0x009)
    }

    public let `class`: Class
    public let method: Method

    public init(_ class: Class, _ method: Method) {
        self.class = `class`
        self.method = method
    }

    /// From the first two bytes of a message; nil unless the two highest bits are zero.
    public init?(wire: UInt16) {
        let bits = (wire >> 7 & 0b10) | (wire >> 4 & 0b01)
        guard wire & 0xC000 == 0, let `class` = Class(rawValue: bits) else { return nil }
        self.class = `class`
        method = Method(rawValue: (wire >> 2 & 0xF80) | (wire >> 1 & 0x070) | (wire & 0x00F))
    }

    /// The first two bytes of a message.
    public var wire: UInt16 {
        let bits = `class`.rawValue
        let method = method.rawValue
        return (method & 0xF80) << 2 | (method & 0x070) << 1 | (method & 0x00F) | (bits & 0b10) << 7 | (bits & 0b01)
            << 4
    }
}

/// The 96 random bits that an answer repeats from its request.
public struct TransactionID: Hashable, Sendable, BitwiseCopyable {
    public let high: UInt32
    public let low: UInt64

    public init(high: UInt32, low: UInt64) {
        self.high = high
        self.low = low
    }
}
