/// A client's user fragment or password: up to 256 bytes that lie in the value itself, so a check costs no allocation.
public struct CredentialText: Sendable, BitwiseCopyable {
    let bytes: InlineArray<256, UInt8>
    let count: Int

    /// Nil when it is empty or over `Limits.credentialBytes`.
    public init?(_ text: String) {
        guard !text.isEmpty, text.utf8.count <= Limits.credentialBytes else { return nil }
        var bytes = InlineArray<256, UInt8>(repeating: 0)
        for (index, byte) in text.utf8.enumerated() { bytes[index] = byte }
        self.bytes = bytes
        count = text.utf8.count
    }
}

/// The other end's credentials, as its description has them (RFC 8839 §5.4).
public struct RemoteCredentials: Sendable, BitwiseCopyable {
    let userFragment: CredentialText
    let password: CredentialText

    /// Nil when one of them is empty or over `Limits.credentialBytes`.
    public init?(userFragment: String, password: String) {
        guard let userFragment = CredentialText(userFragment), let password = CredentialText(password) else {
            return nil
        }
        self.userFragment = userFragment
        self.password = password
    }
}

/// This server's credentials for one generation of one transport (RFC 8445 §5.3).
///
/// The user fragment is 12 ice-chars. The first two are the number of the worker that owns the transport, 0 to 4,095, so
/// a datagram that the kernel gave to another worker can be handed over; the other ten are 60 random bits that name the
/// transport there. RFC 8839 §5.4 wants 24 random bits. The password is 24 ice-chars, 144 random bits of the 128 wanted.
public struct LocalCredentials: Sendable, BitwiseCopyable {
    public static let fragmentLength = 12
    static let passwordLength = 24

    public let fragment: LocalFragment
    let fragmentBytes: InlineArray<12, UInt8>
    let password: InlineArray<24, UInt8>

    /// New credentials. The generator has to be a cryptographic one: who guesses the password takes the transport over.
    public init(worker: UInt16, using generator: inout some RandomNumberGenerator) {
        fragment = LocalFragment(worker: worker & 0xFFF, key: generator.next() & LocalFragment.keyMask)
        fragmentBytes = fragment.bytes
        var password = InlineArray<24, UInt8>(repeating: 0)
        for index in password.indices {
            password[index] = ICECharacter.of(UInt8(truncatingIfNeeded: generator.next() >> 58))
        }
        self.password = password
    }

    /// As `a=ice-ufrag` has it.
    public var userFragment: String { Self.text(fragmentBytes.span) }

    /// As `a=ice-pwd` has it.
    public var passwordText: String { Self.text(password.span) }

    private static func text(_ bytes: Span<UInt8>) -> String {
        var text = ""
        for index in bytes.indices { text.unicodeScalars.append(Unicode.Scalar(bytes[index])) }
        return text
    }
}

/// What a user fragment of ours says: whose transport it is and which.
public struct LocalFragment: Hashable, Sendable, BitwiseCopyable {
    /// The worker that owns the transport, 0 to 4,095.
    public let worker: UInt16
    /// 60 random bits, the transport's name at that worker.
    public let key: UInt64

    static let keyMask: UInt64 = 1 << 60 - 1

    init(worker: UInt16, key: UInt64) {
        self.worker = worker
        self.key = key
    }

    /// Reads the receiver's part of a check's USERNAME, which is what stands before the colon: the datagram's first 12
    /// bytes of USERNAME tell the shell where it belongs. Nil when it is no fragment of ours.
    public init?(ofUsername bytes: Span<UInt8>) {
        guard bytes.count > LocalCredentials.fragmentLength,
            bytes[LocalCredentials.fragmentLength] == UInt8(ascii: ":")
        else { return nil }
        var worker: UInt16 = 0
        var key: UInt64 = 0
        for index in 0..<LocalCredentials.fragmentLength {
            guard let value = ICECharacter.value(of: bytes[index]) else { return nil }
            if index < 2 {
                worker = worker << 6 | UInt16(value)
            } else {
                key = key << 6 | UInt64(value)
            }
        }
        self.worker = worker
        self.key = key
    }

    var bytes: InlineArray<12, UInt8> {
        InlineArray { index in
            let word = index < 2 ? UInt64(worker) : key
            let shift = 6 &* (index < 2 ? 1 &- index : 11 &- index)
            return ICECharacter.of(UInt8(truncatingIfNeeded: word >> UInt64(shift)))
        }
    }
}

/// The 64 ice-chars (RFC 8839 §5.1), six bits each.
enum ICECharacter {
    static func of(_ value: UInt8) -> UInt8 {
        switch value & 63 {
        case let letter where letter < 26: 65 &+ letter
        case let letter where letter < 52: 71 &+ letter
        case let digit where digit < 62: digit &- 4
        case 62: UInt8(ascii: "+")
        default: UInt8(ascii: "/")
        }
    }

    static func value(of character: UInt8) -> UInt8? {
        switch character {
        case 65...90: character &- 65
        case 97...122: character &- 71
        case 48...57: character &+ 4
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
