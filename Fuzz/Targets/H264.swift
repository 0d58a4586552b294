import RTP

/// No H.264 payload makes the parser trap; only what starts a unit can start a key frame.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    guard let payload = H264Payload(0..<count, in: bytes.span) else { return 0 }
    precondition(!payload.isKeyFrameStart || payload.startsUnit, "a key frame in the middle of a unit")
    return 0
}
