import STUN
import Units

/// The attributes of a request by name, found in one pass: where the value of the first of each stands.
/// What follows MESSAGE-INTEGRITY is not among them.
struct Fields {
    var username: Range<Int>?
    var userhash: Range<Int>?
    var realm: Range<Int>?
    var nonce: Range<Int>?
    /// The MAC to verify: the stronger one when there are both.
    var integrity: IntegrityAlgorithm?
    var passwordAlgorithm: Attribute?
    var passwordAlgorithms: Range<Int>?
    var requestedTransport: Range<Int>?
    var lifetime: Range<Int>?
    var requestedFamily: Range<Int>?
    var additionalFamily: Range<Int>?
    var evenPort: Range<Int>?
    var reservationToken: Range<Int>?
    var channelNumber: Range<Int>?
    var peerAddress: Attribute?
    var hasFingerprint = false
    /// Those that must be understood and are not; DONT-FRAGMENT is one. Not more than fit into an answer.
    private(set) var unknown = InlineArray<8, UInt16>(repeating: 0)
    private(set) var unknownCount = 0

    init(of message: Message, in bytes: Span<UInt8>) {
        var attributes = message.attributes
        while let attribute = attributes.next(in: bytes) { take(attribute) }
    }

    private mutating func take(_ attribute: Attribute) {
        switch attribute.type {
        case .username: Self.set(&username, attribute)
        case .userhash: Self.set(&userhash, attribute)
        case .realm: Self.set(&realm, attribute)
        case .nonce: Self.set(&nonce, attribute)
        case .messageIntegrity: integrity = .sha1
        case .messageIntegritySHA256: integrity = .sha256
        case .passwordAlgorithm: passwordAlgorithm = passwordAlgorithm ?? attribute
        case .passwordAlgorithms: Self.set(&passwordAlgorithms, attribute)
        case .requestedTransport: Self.set(&requestedTransport, attribute)
        case .lifetime: Self.set(&lifetime, attribute)
        case .requestedAddressFamily: Self.set(&requestedFamily, attribute)
        case .additionalAddressFamily: Self.set(&additionalFamily, attribute)
        case .evenPort: Self.set(&evenPort, attribute)
        case .reservationToken: Self.set(&reservationToken, attribute)
        case .channelNumber: Self.set(&channelNumber, attribute)
        case .xorPeerAddress: peerAddress = peerAddress ?? attribute
        case .fingerprint: hasFingerprint = true
        default: takeUnknown(attribute.type)
        }
    }

    private mutating func takeUnknown(_ type: AttributeType) {
        guard type.isComprehensionRequired, !type.isKnownToTURN, unknownCount < unknown.count else { return }
        unknown[unknownCount] = type.rawValue
        unknownCount &+= 1
    }

    private static func set(_ field: inout Range<Int>?, _ attribute: Attribute) { field = field ?? attribute.value }
}

/// A request of a client with all that is needed to answer it.
struct Request {
    let message: Message
    let fields: Fields
    let path: FiveTuple
    let now: Timestamp
    /// Unix seconds.
    let wall: UInt64

    var method: MessageType.Method { message.type.method }
}

/// What a small attribute holds (RFC 8656 §18). Nil: not the length it must have.
enum FieldValue {
    static func uint16(_ range: Range<Int>, in bytes: Span<UInt8>) -> UInt16? {
        guard range.count == 4 else { return nil }
        return UInt16(bytes[range.lowerBound]) << 8 | UInt16(bytes[range.lowerBound &+ 1])
    }

    static func uint32(_ range: Range<Int>, in bytes: Span<UInt8>) -> UInt32? {
        guard range.count == 4 else { return nil }
        var value: UInt32 = 0
        for index in range { value = value << 8 | UInt32(bytes[index]) }
        return value
    }

    static func uint64(_ range: Range<Int>, in bytes: Span<UInt8>) -> UInt64? {
        guard range.count == 8 else { return nil }
        var value: UInt64 = 0
        for index in range { value = value << 8 | UInt64(bytes[index]) }
        return value
    }

    /// The first of four bytes: a protocol, a family.
    static func firstByte(_ range: Range<Int>, in bytes: Span<UInt8>) -> UInt8? {
        range.count == 4 ? bytes[range.lowerBound] : nil
    }
}
