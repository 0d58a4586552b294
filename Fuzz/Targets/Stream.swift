import STUN

/// A byte stream of STUN and ChannelData is cut into frames within their limits, each of which is what it began as; the same
/// frames come whatever pieces the stream arrives in.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    var offset = 0
    while offset < bytes.count {
        let rest = bytes.span.extracting(offset...)
        let frame = StreamFrame(startOf: rest)
        check(frame, of: rest)
        guard case .length(let length) = frame, length <= rest.count else { break }
        check(rest.extracting(..<length))
        offset += length
    }
    return 0
}

/// What is said of a few bytes is not taken back when more are there.
private func check(_ frame: StreamFrame, of bytes: Span<UInt8>) {
    for count in 0..<min(bytes.count, 12) {
        let early = StreamFrame(startOf: bytes.extracting(..<count))
        precondition(early == .incomplete || early == frame, "a frame changes as it arrives")
    }
    if case .length(let length) = frame {
        precondition(length >= 4 && length <= 2_048 && length % 4 == 0, "a frame over its limit")
    }
}

private func check(_ frame: Span<UInt8>) {
    if ChannelData.begins(frame) {
        guard let data = ChannelData(parsing: frame) else { preconditionFailure("a frame is no ChannelData") }
        precondition(data.payload.upperBound <= frame.count && frame.count - data.payload.upperBound < 4, "bad payload")
        precondition(data.number >= 0x4000 && data.number <= 0x7FFF, "bad number")
    } else if let message = try? Message(parsing: frame) {
        precondition(message.length == frame.count, "a message shorter than its frame")
    }
}
