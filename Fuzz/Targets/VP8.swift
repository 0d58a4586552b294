import RTP

/// No VP8 payload makes the parser trap; a descriptor written in the 15-bit form reads the same, and what follows is
/// untouched.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    guard let descriptor = VP8Descriptor(0..<count, in: bytes.span) else { return 0 }
    precondition(descriptor.length >= 1 && descriptor.length < count, "a descriptor beyond its payload")
    _ = VP8KeyFrameSize(0..<count, descriptor, in: bytes.span)
    var room = [UInt8](repeating: 0xAA, count: VP8Descriptor.maximumLength)
    var span = room.mutableSpan
    guard let length = descriptor.write(to: &span) else { preconditionFailure("a descriptor does not fit") }
    let again = Array(room[..<length]) + bytes[descriptor.length...]
    guard let read = VP8Descriptor(0..<again.count, in: again.span) else {
        preconditionFailure("a written descriptor is none")
    }
    precondition(read.length == length && !read.isShortPictureID, "another length")
    precondition(
        read.pictureID == descriptor.pictureID && read.tl0PictureIndex == descriptor.tl0PictureIndex,
        "other indices"
    )
    precondition(read.temporalLayer == descriptor.temporalLayer && read.keyIndex == descriptor.keyIndex, "other layers")
    precondition(
        read.isLayerSync == descriptor.isLayerSync && read.isKeyFrameStart == descriptor.isKeyFrameStart,
        "other flags"
    )
    precondition(
        read.isFrameStart == descriptor.isFrameStart && read.isNonReference == descriptor.isNonReference,
        "other flags"
    )
    return 0
}
