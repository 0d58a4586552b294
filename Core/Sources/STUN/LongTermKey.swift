/// How a long-term key is made of a password (RFC 8489 §18.5.1). The raw value is the number on the wire.
public enum PasswordAlgorithm: UInt16, Sendable, BitwiseCopyable {
    case md5 = 1
    case sha256 = 2

    /// The value of PASSWORD-ALGORITHMS that offers both, the stronger first: numbers and empty parameters.
    public static let offer: InlineArray<8, UInt8> = [0, 2, 0, 0, 0, 1, 0, 0]
}

/// The key of the long-term credential mechanism (RFC 8489 §9.2.2): a hash of `username:realm:password`.
///
/// The three go in as they are: who takes them from people prepares them by OpaqueString (RFC 8265) first.
public struct LongTermKey: Sendable, BitwiseCopyable {
    public let algorithm: PasswordAlgorithm
    private let bytes: InlineArray<32, UInt8>

    public init(
        _ algorithm: PasswordAlgorithm,
        username: Span<UInt8>,
        realm: Span<UInt8>,
        password: Span<UInt8>
    ) {
        self.algorithm = algorithm
        let text = joined(username, realm, password)
        switch algorithm {
        case .md5:
            let digest = Digest.md5(text.span)
            bytes = InlineArray { $0 < 16 ? digest[$0] : 0 }
        case .sha256: bytes = Digest.sha256(text.span)
        }
    }

    /// A key nobody has, for a table's empty places.
    package init() {
        algorithm = .md5
        bytes = InlineArray(repeating: 0)
    }

    private var count: Int { algorithm == .md5 ? 16 : 32 }

    /// Whether a message carries the right MAC under this key.
    public func verifies(_ message: Message, _ algorithm: IntegrityAlgorithm, in bytes: Span<UInt8>) -> Bool {
        message.hasIntegrity(algorithm, key: self.bytes.span.extracting(..<count), in: bytes)
    }

    /// Writes the MAC of what `writer` has written.
    public func sign(_ writer: inout MessageWriter, _ algorithm: IntegrityAlgorithm, to room: inout MutableSpan<UInt8>)
    {
        writer.writeIntegrity(algorithm, key: bytes.span.extracting(..<count), to: &room)
    }
}

/// The value of USERHASH: SHA-256 of `username:realm` (RFC 8489 §14.4), which hides who asks from who listens.
public enum Userhash {
    public static func value(username: Span<UInt8>, realm: Span<UInt8>) -> InlineArray<32, UInt8> {
        let text = joined(username, realm)
        return Digest.sha256(text.span)
    }
}

private func joined(_ first: Span<UInt8>, _ second: Span<UInt8>, _ third: Span<UInt8>? = nil) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(first.count &+ second.count &+ (third?.count ?? 0) &+ 2)
    for index in first.indices { text.append(first[index]) }
    text.append(UInt8(ascii: ":"))
    for index in second.indices { text.append(second[index]) }
    guard let third else { return text }
    text.append(UInt8(ascii: ":"))
    for index in third.indices { text.append(third[index]) }
    return text
}

extension Message {
    /// What PASSWORD-ALGORITHM names; nil when it is absent, unknown, or has parameters, which neither algorithm takes.
    public func passwordAlgorithm(of attribute: Attribute, in bytes: Span<UInt8>) -> PasswordAlgorithm? {
        let value = attribute.value
        guard value.count == 4, bytes[value.lowerBound &+ 2] == 0, bytes[value.lowerBound &+ 3] == 0 else { return nil }
        return PasswordAlgorithm(
            rawValue: UInt16(bytes[value.lowerBound]) << 8 | UInt16(bytes[value.lowerBound &+ 1])
        )
    }
}
