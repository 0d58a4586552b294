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
    public static let software = AttributeType(rawValue: 0x8022)
    public static let fingerprint = AttributeType(rawValue: 0x8028)

    /// Whether RFC 8489 itself defines it, so that a plain STUN server knows what it means.
    var isKnownToSTUN: Bool {
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
