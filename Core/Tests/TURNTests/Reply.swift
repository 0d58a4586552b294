import STUN
import Units

@testable import TURN

/// An answer of the server together with its bytes, because the macros of Swift Testing cannot take a span.
struct Reply: Equatable {
    let bytes: [UInt8]
    let message: Message

    init?(_ bytes: [UInt8]) {
        guard let message = try? Message(parsing: bytes.span) else { return nil }  // then it is no answer
        self.bytes = bytes
        self.message = message
    }

    var isSuccess: Bool { message.type.class == .success }

    /// The number in ERROR-CODE.
    var code: UInt16? {
        value(.errorCode).map { UInt16($0[2]) * 100 + UInt16($0[3]) }
    }

    var types: [AttributeType] {
        var types: [AttributeType] = []
        var attributes = message.attributes
        while let attribute = attributes.next(in: bytes.span) { types.append(attribute.type) }
        return types
    }

    func value(_ type: AttributeType) -> [UInt8]? {
        message.attribute(type, in: bytes.span).map { Array(bytes[$0.value]) }
    }

    func number(_ type: AttributeType) -> UInt64? {
        value(type).map { $0.reduce(0) { $0 << 8 | UInt64($1) } }
    }

    func addresses(_ type: AttributeType) -> [TransportAddress] {
        var addresses: [TransportAddress] = []
        var attributes = message.attributes
        while let attribute = attributes.next(in: bytes.span) {
            guard attribute.type == type, let address = message.xorAddress(of: attribute, in: bytes.span) else {
                continue
            }
            addresses.append(address)
        }
        return addresses
    }

    /// The features that the nonce begins with.
    var cookie: SecurityFeatures? {
        let nonce = value(.nonce) ?? []
        return NonceCookie.features(of: nonce.span)
    }

    var fingerprint: Fingerprint { message.fingerprint(in: bytes.span) }
    var integrity: IntegrityAlgorithm? { message.integrityAlgorithm(in: bytes.span) }

    /// Whether it carries the right MAC of this kind.
    func isSigned(_ algorithm: IntegrityAlgorithm, by key: LongTermKey) -> Bool {
        key.verifies(message, algorithm, in: bytes.span)
    }
}

/// An attribute to be put into a request.
enum Field {
    case bytes(AttributeType, [UInt8])
    case number(AttributeType, UInt32)
    case address(AttributeType, TransportAddress)

    static let udp = Field.number(.requestedTransport, 17 << 24)
    static func lifetime(_ seconds: UInt32) -> Field { .number(.lifetime, seconds) }
    static func family(_ family: UInt8) -> Field { .number(.requestedAddressFamily, UInt32(family) << 24) }
    static func additionalFamily(_ family: UInt8) -> Field { .number(.additionalAddressFamily, UInt32(family) << 24) }
    static func evenPort(_ byte: UInt8) -> Field { .bytes(.evenPort, [byte]) }
    static func peer(_ address: TransportAddress) -> Field { .address(.xorPeerAddress, address) }
    static func channel(_ number: UInt16) -> Field { .number(.channelNumber, UInt32(number) << 16) }
    static func token(_ token: UInt64) -> Field {
        .bytes(.reservationToken, (0..<8).map { UInt8(truncatingIfNeeded: token >> UInt64(56 - 8 * $0)) })
    }
    static let dontFragment = Field.bytes(.dontFragment, [])
}

/// Writes a message of these attributes; `end` puts what has to come last.
func message(
    _ class: MessageType.Class,
    _ method: MessageType.Method,
    _ id: TransactionID,
    _ fields: [Field],
    end: (inout MessageWriter, inout MutableSpan<UInt8>) -> Void = { _, _ in }
) -> [UInt8] {
    var room = [UInt8](repeating: 0xEE, count: 70_000)
    var span = room.mutableSpan
    var writer = MessageWriter(MessageType(`class`, method), id, to: &span)
    for field in fields {
        switch field {
        case .bytes(let type, let bytes): writer.write(type, bytes.span, to: &span)
        case .number(let type, let number): writer.write(type, number, to: &span)
        case .address(let type, let address): writer.write(type, xor: address, to: &span)
        }
    }
    end(&writer, &span)
    return writer.finish(&span).map { Array(room[..<$0]) } ?? []
}
