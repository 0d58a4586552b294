/// The name of an attribute (RFC 8489 §14, §18.3).
public struct AttributeType: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt16

    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// Whether a receiver that does not know it must refuse the message.
    public var isComprehensionRequired: Bool { rawValue < 0x8000 }

    public static let mappedAddress = AttributeType(rawValue: 0x0001)
    public static let username = AttributeType(rawValue: 0x0006)
    public static let messageIntegrity = AttributeType(rawValue: 0x0008)
    public static let errorCode = AttributeType(rawValue: 0x0009)
    public static let unknownAttributes = AttributeType(rawValue: 0x000A)
    public static let realm = AttributeType(rawValue: 0x0014)
    public static let nonce = AttributeType(rawValue: 0x0015)
    public static let messageIntegritySHA256 = AttributeType(rawValue: 0x001C)
    public static let passwordAlgorithm = AttributeType(rawValue: 0x001D)
    public static let userhash = AttributeType(rawValue: 0x001E)
    public static let xorMappedAddress = AttributeType(rawValue: 0x0020)
    public static let passwordAlgorithms = AttributeType(rawValue: 0x8002)
    public static let software = AttributeType(rawValue: 0x8022)
    public static let fingerprint = AttributeType(rawValue: 0x8028)

    /// TURN's (RFC 8656 §18).
    public static let channelNumber = AttributeType(rawValue: 0x000C)
    public static let lifetime = AttributeType(rawValue: 0x000D)
    public static let xorPeerAddress = AttributeType(rawValue: 0x0012)
    public static let data = AttributeType(rawValue: 0x0013)
    public static let xorRelayedAddress = AttributeType(rawValue: 0x0016)
    public static let requestedAddressFamily = AttributeType(rawValue: 0x0017)
    public static let evenPort = AttributeType(rawValue: 0x0018)
    public static let requestedTransport = AttributeType(rawValue: 0x0019)
    public static let dontFragment = AttributeType(rawValue: 0x001A)
    public static let reservationToken = AttributeType(rawValue: 0x0022)
    public static let additionalAddressFamily = AttributeType(rawValue: 0x8000)
    public static let addressErrorCode = AttributeType(rawValue: 0x8001)

    /// Whether a TURN server without RFC 6062 and DONT-FRAGMENT knows what it means (RFC 8656 §18).
    package var isKnownToTURN: Bool {
        switch self {
        case .channelNumber, .lifetime, .xorPeerAddress, .data, .xorRelayedAddress, .requestedAddressFamily, .evenPort,
            .requestedTransport, .reservationToken:
            true
        default: isKnownToSTUN
        }
    }

    /// Whether RFC 8489 itself defines it, so that a plain STUN server knows what it means.
    package var isKnownToSTUN: Bool {
        switch self {
        case .mappedAddress, .username, .messageIntegrity, .errorCode, .unknownAttributes, .realm, .nonce,
            .messageIntegritySHA256, .passwordAlgorithm, .userhash, .xorMappedAddress, .fingerprint:
            true
        default: false
        }
    }
}

/// Where an attribute's value stands in the message's bytes.
public struct Attribute: Hashable, Sendable {
    public let type: AttributeType
    /// The value without its padding.
    public let value: Range<Int>
}
