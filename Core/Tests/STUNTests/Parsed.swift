import Units

@testable import STUN

/// A message together with its bytes, because the macros of Swift Testing cannot take a span.
struct Parsed {
    let bytes: [UInt8]
    let message: Message

    init(_ bytes: [UInt8]) throws {
        self.bytes = bytes
        message = try Message(parsing: bytes.span)
    }

    var fingerprint: Fingerprint { message.fingerprint(in: bytes.span) }

    var algorithm: IntegrityAlgorithm? { message.integrityAlgorithm(in: bytes.span) }

    func hasIntegrity(_ algorithm: IntegrityAlgorithm, key: [UInt8]) -> Bool {
        message.hasIntegrity(algorithm, key: key.span, in: bytes.span)
    }

    func verifies(_ key: LongTermKey, _ algorithm: IntegrityAlgorithm) -> Bool {
        key.verifies(message, algorithm, in: bytes.span)
    }

    /// The bytes of the first attribute of a type.
    func value(_ type: AttributeType) -> [UInt8]? {
        message.attribute(type, in: bytes.span).map { Array(bytes[$0.value]) }
    }

    /// What the first XOR-MAPPED-ADDRESS says.
    var address: TransportAddress? {
        message.attribute(.xorMappedAddress, in: bytes.span).flatMap { message.xorAddress(of: $0, in: bytes.span) }
    }
}

/// Writes a message into a room of `size` bytes; nil when that is too small.
func written(
    _ class: MessageType.Class,
    _ id: TransactionID,
    size: Int = 128,
    _ body: (inout MessageWriter, inout MutableSpan<UInt8>) -> Void
) -> [UInt8]? {
    var room = [UInt8](repeating: 0xEE, count: size)
    var span = room.mutableSpan
    var writer = MessageWriter(MessageType(`class`, .binding), id, to: &span)
    body(&writer, &span)
    return writer.finish(&span).map { Array(room[..<$0]) }
}
