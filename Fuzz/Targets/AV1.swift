import RTP

/// No AV1 payload makes the parser trap; what continues a unit does not start a sequence.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    guard let payload = AV1Payload(0..<count, in: bytes.span) else { return 0 }
    precondition(!(payload.startsWithFragment && payload.isNewSequence), "a sequence that starts in the middle")
    return 0
}
