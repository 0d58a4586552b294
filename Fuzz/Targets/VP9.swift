import RTP

/// No VP9 payload makes the parser trap; a picture identifier is overwritten without touching anything else.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var bytes = Array(UnsafeBufferPointer(start: start, count: count))
    guard let before = VP9Descriptor(0..<count, in: bytes.span) else { return 0 }
    precondition(before.length >= 1 && before.length < count, "a descriptor beyond its payload")
    var span = bytes.mutableSpan
    before.overwritePictureID(0x2A55, at: 0..<count, in: &span)
    guard let after = VP9Descriptor(0..<count, in: bytes.span) else {
        preconditionFailure("a rewritten descriptor is none")
    }
    precondition(after.length == before.length && after.isShortPictureID == before.isShortPictureID, "another length")
    if before.pictureID != nil {
        precondition(after.pictureID == (before.isShortPictureID ? 0x55 : 0x2A55), "another picture")
    }
    precondition(
        after.temporalLayer == before.temporalLayer && after.spatialLayer == before.spatialLayer,
        "other layers"
    )
    precondition(
        after.isKeyFrameStart == before.isKeyFrameStart && after.tl0PictureIndex == before.tl0PictureIndex,
        "others"
    )
    return 0
}
