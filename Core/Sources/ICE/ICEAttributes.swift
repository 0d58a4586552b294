import STUN

/// ICE's own attributes (RFC 8445 §16.1).
extension AttributeType {
    static let priority = AttributeType(rawValue: 0x0024)
    static let useCandidate = AttributeType(rawValue: 0x0025)
    static let iceControlled = AttributeType(rawValue: 0x8029)
    static let iceControlling = AttributeType(rawValue: 0x802A)

    /// Whether an agent knows what it means in a check.
    var isKnownToICE: Bool { isKnownToSTUN || self == .priority || self == .useCandidate }
}

/// What an agent reads out of a Binding request, in one walk over its attributes.
struct CheckAttributes {
    private(set) var username: Range<Int>?
    private(set) var nominates = false
    private(set) var isFromControlled = false
    private(set) var unknown = InlineArray<8, UInt16>(repeating: 0)
    private(set) var unknownCount = 0

    init(of message: Message, in bytes: Span<UInt8>) {
        var attributes = message.attributes
        while let attribute = attributes.next(in: bytes) {
            switch attribute.type {
            case .username: if username == nil { username = attribute.value }
            case .useCandidate: nominates = true
            case .iceControlled: isFromControlled = true
            default:
                let type = attribute.type
                guard type.isComprehensionRequired, !type.isKnownToICE, unknownCount < Limits.unknownAttributes else {
                    continue
                }
                unknown[unknownCount] = type.rawValue
                unknownCount &+= 1
            }
        }
    }
}

/// What an answer says about a check.
enum CheckAnswer: Equatable {
    /// The address it came from.
    case success
    /// It has attributes that we would have to understand (RFC 8489 §6.3.1).
    case unknownAttributes
    /// Both ends say they are controlled (RFC 8445 §7.3.1.1).
    case roleConflict
}
