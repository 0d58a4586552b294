/// Turns the byte stream of one peer into messages and control frames (RFC 6455 §5, no extensions).
///
/// A value without I/O, clock or imports; fuzzed as it is. The driver's contract: offer bytes with ``decode(_:at:)`` until it
/// returns nil, which says that every byte was taken; after an error or a close event, stop: all further bytes are swallowed.
/// It holds at most ``WebSocketFramingLimits/messageBytes`` and one control frame, and only what has really arrived.
package struct WebSocketDecoder: Sendable {
    private let limits: WebSocketFramingLimits
    private var headerParser: WebSocketFrameHeaderParser
    /// The frame whose payload is coming in.
    private var frame: WebSocketFrameHeader?
    private var frameBytesDue = 0
    /// The masking key, turned so that its lowest byte is the next payload byte's.
    private var key: UInt32 = 0
    private var message: [UInt8] = []
    private var control: [UInt8] = []
    /// The message's opcode while its final fragment is outstanding.
    private var messageOpcode: WebSocketOpcode?
    private var fragments = 0
    private var validator = UTF8Validator()
    private var isFinished = false
    /// Rises with every complete frame, fragments too; wraps round.
    package private(set) var completedFrames: UInt32 = 0

    /// - Parameter expectsMask: true when the peer is a client, false when it is a server (§5.1).
    package init(limits: WebSocketFramingLimits, expectsMask: Bool = true) {
        self.limits = limits
        headerParser = WebSocketFrameHeaderParser(expectsMask: expectsMask)
    }

    /// Whether a frame has begun and is not complete: the driver bounds how long that may last.
    package var isMidFrame: Bool { frame != nil || headerParser.isPartial }

    /// Takes bytes from `offset` on, moving it, until one event is complete. Nil: all bytes were taken and more are needed.
    package mutating func decode(
        _ input: Span<UInt8>,
        at offset: inout Int
    ) throws(WebSocketProtocolError) -> WebSocketEvent? {
        do {
            return try advance(input, at: &offset)
        } catch {
            finish()
            throw error
        }
    }

    private mutating func advance(
        _ input: Span<UInt8>,
        at offset: inout Int
    ) throws(WebSocketProtocolError) -> WebSocketEvent? {
        while !isFinished {
            if frame == nil {
                guard let header = try headerParser.parse(input, at: &offset) else { return nil }
                try begin(header)
            }
            guard let header = frame else { return nil }
            try takePayload(of: header, from: input, at: &offset)
            guard frameBytesDue == 0 else { return nil }
            frame = nil
            completedFrames &+= 1
            if let event = try end(header) { return event }
        }
        offset = input.count
        return nil
    }

    private mutating func begin(_ header: WebSocketFrameHeader) throws(WebSocketProtocolError) {
        switch header.opcode {
        case .continuation:
            guard messageOpcode != nil else { throw .unexpectedContinuation }
            try reserve(header)
        case .text, .binary:
            guard messageOpcode == nil else { throw .interleavedMessage }
            guard header.opcode == .text || limits.acceptsBinary else { throw .binaryRefused }
            messageOpcode = header.opcode
            fragments = 0
            try reserve(header)
        case .close, .ping, .pong:
            frameBytesDue = Int(truncatingIfNeeded: header.length)  // at most 125
        }
        frame = header
        key = header.maskingKey
    }

    private mutating func reserve(_ header: WebSocketFrameHeader) throws(WebSocketProtocolError) {
        fragments += 1
        guard fragments <= limits.fragments else { throw .tooManyFragments }
        guard header.length <= UInt64(max(0, limits.messageBytes - message.count)) else { throw .messageTooBig }
        frameBytesDue = Int(truncatingIfNeeded: header.length)  // within an Int: the limit is one
    }

    private mutating func takePayload(
        of header: WebSocketFrameHeader,
        from input: Span<UInt8>,
        at offset: inout Int
    ) throws(WebSocketProtocolError) {
        let count = min(frameBytesDue, input.count - offset)
        guard count > 0 else { return }
        let payload = input.extracting(offset..<(offset + count))
        offset += count
        frameBytesDue -= count
        if header.opcode.isControl {
            Self.unmask(payload, key, into: &control)
        } else {
            let start = message.count
            Self.unmask(payload, key, into: &message)
            if messageOpcode == .text {
                var advanced = validator
                guard advanced.consume(message.span.extracting(start..<(start + count))) else { throw .invalidUTF8 }
                validator = advanced
            }
        }
        let turn = UInt32(truncatingIfNeeded: (count & 3) * 8)
        key = turn == 0 ? key : key >> turn | key << (32 - turn)
    }

    /// §5.3; a key of zero copies.
    private static func unmask(_ payload: Span<UInt8>, _ key: UInt32, into bytes: inout [UInt8]) {
        bytes.append(addingCapacity: payload.count) { (output: inout OutputSpan<UInt8>) in
            for index in payload.indices {
                output.append(payload[index] ^ UInt8(truncatingIfNeeded: key >> (UInt32(index & 3) &* 8)))
            }
        }
    }

    private mutating func end(_ header: WebSocketFrameHeader) throws(WebSocketProtocolError) -> WebSocketEvent? {
        switch header.opcode {
        case .continuation, .text, .binary:
            return header.isFinal ? try endMessage() : nil
        case .ping:
            return .ping(Self.take(&control))
        case .pong:
            return .pong(Self.take(&control))
        case .close:
            return try endClose()
        }
    }

    private mutating func endMessage() throws(WebSocketProtocolError) -> WebSocketEvent {
        let isText = messageOpcode == .text
        guard !isText || validator.isAtBoundary else { throw .invalidUTF8 }
        messageOpcode = nil
        let payload = Self.take(&message)
        return isText ? .text(payload) : .binary(payload)
    }

    private mutating func endClose() throws(WebSocketProtocolError) -> WebSocketEvent {
        let payload = Self.take(&control)
        finish()
        guard payload.count > 0 else { return .close(nil, reason: []) }
        guard payload.count >= 2 else { throw .invalidClose }
        let code = WebSocketCloseCode(rawValue: UInt16(payload[0]) << 8 | UInt16(payload[1]))
        guard code.isAllowedOnWire else { throw .invalidClose }
        var reason = UTF8Validator()
        guard reason.consume(payload.span.extracting(droppingFirst: 2)), reason.isAtBoundary else { throw .invalidUTF8 }
        return .close(code, reason: Array(payload.dropFirst(2)))
    }

    private mutating func finish() {
        isFinished = true
        frame = nil
        message = []
        control = []
    }

    /// Hands the storage over instead of copying it.
    private static func take(_ bytes: inout [UInt8]) -> [UInt8] {
        var taken: [UInt8] = []
        swap(&taken, &bytes)
        return taken
    }
}
