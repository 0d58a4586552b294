// fuzz-sources: Sources/WebSocket/Framing/*.swift

/// The first byte chooses the settings and where the stream is cut; whole and cut it must give the same events, and nothing may trap.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzWebSocketFraming(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    guard let settings = input.first else { return 0 }
    var limits = WebSocketFramingLimits()
    limits.acceptsBinary = settings & 1 != 0
    limits.messageBytes = settings & 2 != 0 ? 16 : 64 * 1024
    limits.fragments = settings & 4 != 0 ? 2 : 64
    let stream = Array(input.dropFirst())
    let step = max(1, Int(settings >> 4))
    let whole = events(of: stream, step: max(1, stream.count), limits, expectsMask: settings & 8 == 0)
    let cut = events(of: stream, step: step, limits, expectsMask: settings & 8 == 0)
    precondition(whole.0 == cut.0, "cutting the stream changed its events")
    precondition(whole.1 == cut.1, "cutting the stream changed its error")
    for case .text(let bytes) in whole.0 {
        precondition(String(validating: bytes, as: UTF8.self) != nil, "a text is no UTF-8")
        precondition(bytes.count <= limits.messageBytes, "a text is over the limit")
    }
    return 0
}

private func events(
    of stream: [UInt8],
    step: Int,
    _ limits: WebSocketFramingLimits,
    expectsMask: Bool
) -> ([WebSocketEvent], WebSocketProtocolError?) {
    var decoder = WebSocketDecoder(limits: limits, expectsMask: expectsMask)
    var events: [WebSocketEvent] = []
    for start in stride(from: 0, to: stream.count, by: step) {
        let piece = Array(stream[start..<min(start + step, stream.count)])
        var offset = 0
        do {
            while let event = try decoder.decode(piece.span, at: &offset) { events.append(event) }
        } catch {
            return (events, error)
        }
    }
    return (events, nil)
}
