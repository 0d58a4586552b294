import NIOCore
import STUN
import Units

/// Requests and answers over one connection, one after the other.
struct STUNConversation {
    var inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>

    /// Bytes of a request: the longest has credentials and a nonce.
    private static let requestBytes = 1_024

    init(
        inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator,
        outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    ) {
        self.inbound = inbound
        self.outbound = outbound
    }

    /// Sends a request and returns a success; throws the code of an error.
    mutating func ask(
        _ method: MessageType.Method,
        _ attributes: (inout MessageWriter, inout MutableSpan<UInt8>) -> Void
    ) async throws -> STUNAnswer {
        let answer = try await send(method, attributes)
        if let code = answer.errorCode { throw STUNProbe.Failure.refused(code: code) }
        return answer
    }

    /// Sends a request and returns its answer, whatever it is.
    mutating func send(
        _ method: MessageType.Method,
        _ attributes: (inout MessageWriter, inout MutableSpan<UInt8>) -> Void
    ) async throws -> STUNAnswer {
        let transaction = TransactionID(high: .random(in: 0 ... .max), low: .random(in: 0 ... .max))
        var bytes = [UInt8](repeating: 0, count: Self.requestBytes)
        var room = bytes.mutableSpan
        var writer = MessageWriter(MessageType(.request, method), transaction, to: &room)
        attributes(&writer, &room)
        let count = writer.finish(&room) ?? 0
        try await outbound.write(ByteBuffer(bytes: bytes[..<count]))
        var received: [UInt8] = []
        while let buffer = try await inbound.next(isolation: #isolation) {
            received += buffer.readableBytesView
            switch StreamFrame(startOf: received.span) {
            case .incomplete: continue
            case .invalid: throw STUNProbe.Failure.notSTUN
            case .length(let length):
                guard received.count >= length else { continue }
                guard let answer = STUNAnswer(Array(received.prefix(length))),
                    answer.message.transactionID == transaction
                else { throw STUNProbe.Failure.notSTUN }
                return answer
            }
        }
        throw STUNProbe.Failure.noAnswer
    }
}

/// A STUN message together with its bytes.
struct STUNAnswer {
    let bytes: [UInt8]
    let message: Message

    init?(_ bytes: [UInt8]) {
        guard let message = try? Message(parsing: bytes.span) else { return nil }  // then it is no STUN
        self.bytes = bytes
        self.message = message
    }

    func value(_ type: AttributeType) -> [UInt8]? {
        message.attribute(type, in: bytes.span).map { Array(bytes[$0.value]) }
    }

    func address(_ type: AttributeType) -> TransportAddress? {
        message.attribute(type, in: bytes.span).flatMap { message.xorAddress(of: $0, in: bytes.span) }
    }

    /// Nil for a success.
    var errorCode: Int? {
        guard message.type.class == .error else { return nil }
        guard let value = value(.errorCode), value.count >= 4 else { return 500 }
        return Int(value[2] & 7) * 100 + Int(value[3])
    }
}
