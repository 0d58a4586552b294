/// A description of a session (RFC 8866) as WebRTC writes it (RFC 8829): what an offer or answer says, typed.
///
/// Parsing and writing are stable: what is written parses to an equal value. Attributes that mean nothing to an SFU are
/// left out. What a client says for all m-lines (ICE, DTLS, direction, header extensions) is kept with each of them.
public struct SessionDescription: Equatable, Sendable {
    /// The `o=` line.
    public var origin: Origin
    /// `a=group:` lines, BUNDLE (RFC 9143) among them.
    public var groups: [Group]
    /// `a=ice-lite` (RFC 8839 §5.3).
    public var isICELite: Bool
    /// `a=extmap-allow-mixed` for all m-lines (RFC 8285 §6).
    public var allowsMixedExtensions: Bool
    /// The m-lines in their order, which never changes within a session.
    public var media: [MediaDescription]

    public init(
        origin: Origin,
        groups: [Group] = [],
        isICELite: Bool = false,
        allowsMixedExtensions: Bool = false,
        media: [MediaDescription] = []
    ) {
        self.origin = origin
        self.groups = groups
        self.isICELite = isICELite
        self.allowsMixedExtensions = allowsMixedExtensions
        self.media = media
    }

    /// The mids of the first BUNDLE group, the tagged one first; nil when there is no group.
    public var bundle: [String]? { groups.first { $0.semantics == "BUNDLE" }?.mids }
}

/// Who made a description and which version of it this is (RFC 8866 §5.2). The address in it is never used.
public struct Origin: Equatable, Sendable {
    public var sessionID: UInt64
    public var version: UInt64

    public init(sessionID: UInt64, version: UInt64) {
        self.sessionID = sessionID
        self.version = version
    }
}

/// m-lines that belong together (RFC 5888).
public struct Group: Equatable, Sendable {
    public var semantics: String
    public var mids: [String]

    public init(semantics: String, mids: [String]) {
        self.semantics = semantics
        self.mids = mids
    }
}

/// Which way media goes, as who wrote the description sees it (RFC 8866 §6.7).
public enum Direction: String, Sendable {
    case sendrecv, sendonly, recvonly, inactive

    public var sends: Bool { self == .sendrecv || self == .sendonly }
    public var receives: Bool { self == .sendrecv || self == .recvonly }

    /// The same as the other end sees it.
    public var reversed: Direction {
        switch self {
        case .sendonly: .recvonly
        case .recvonly: .sendonly
        case .sendrecv, .inactive: self
        }
    }

    init(sends: Bool, receives: Bool) {
        self = sends ? (receives ? .sendrecv : .sendonly) : (receives ? .recvonly : .inactive)
    }
}
