/// The error codes this server answers with (RFC 8489 §14.8, RFC 8656 §19). The raw value is the code on the wire.
public enum TURNErrorCode: UInt16, Sendable, CaseIterable {
    case badRequest = 400
    case unauthenticated = 401
    /// The peer policy denies the address.
    case forbidden = 403
    case unknownAttribute = 420
    /// The 5-tuple has no allocation, or has one already.
    case allocationMismatch = 437
    case staleNonce = 438
    case addressFamilyNotSupported = 440
    /// Not the user that made the allocation.
    case wrongCredentials = 441
    case unsupportedTransportProtocol = 442
    case peerAddressFamilyMismatch = 443
    case allocationQuotaReached = 486
    case insufficientCapacity = 508

    /// Its place in `Counters`.
    var index: Int {
        switch self {
        case .badRequest: 0
        case .unauthenticated: 1
        case .forbidden: 2
        case .unknownAttribute: 3
        case .allocationMismatch: 4
        case .staleNonce: 5
        case .addressFamilyNotSupported: 6
        case .wrongCredentials: 7
        case .unsupportedTransportProtocol: 8
        case .peerAddressFamilyMismatch: 9
        case .allocationQuotaReached: 10
        case .insufficientCapacity: 11
        }
    }
}
