import RTP
import Units

/// What the router remembers of a packet of a publisher: enough to send it again without looking at it.
struct CachedPacket: BitwiseCopyable, Sendable {
    /// -1 where nothing is kept.
    var handle: PacketHandle = -1
    /// The low half of the extended sequence number of its stream.
    var source: UInt32 = 0
    var arrival = Timestamp(nanoseconds: 0)
    var timestamp = RTPTimestamp(0)
    /// The rest of the payload: what stands behind the descriptor.
    var payloadStart: UInt16 = 0
    var payloadCount: UInt16 = 0
    /// The publisher's.
    var payloadType: UInt8 = 0
    var marker = false
    /// A decoder can begin with this packet.
    var isKeyFrameStart = false
    /// A dependency descriptor too long for the one-byte form, which is kept once for each stream.
    var hasLongDescriptor = false
    /// What replaces the descriptor: VP8's, with a 15-bit picture identifier.
    var descriptor = VP8Patch()
    var extensions = ExtensionValues()

    var payload: Range<Int> { Int(payloadStart)..<(Int(payloadStart) &+ Int(payloadCount)) }
}

/// A VP8 descriptor as it is sent to subscribers: written once, then patched for each of them.
struct VP8Patch: BitwiseCopyable, Sendable {
    private var bytes = InlineArray<6, UInt8>(repeating: 0)
    /// 0 for other codecs.
    private(set) var count: UInt8 = 0
    /// Of the publisher's picture, continued to 15 bits where the publisher uses 7.
    private(set) var pictureID: UInt16?
    private(set) var tl0PictureIndex: UInt8?

    init() {}

    init(_ descriptor: VP8Descriptor) {
        pictureID = descriptor.pictureID
        tl0PictureIndex = descriptor.tl0PictureIndex
        var span = bytes.mutableSpan
        count = UInt8(truncatingIfNeeded: descriptor.write(to: &span) ?? 0)
    }

    /// Writes the descriptor with a subscriber's numbers behind the first `offset` bytes of a prefix. Answers where it
    /// ends.
    func write(
        pictureID own: UInt16,
        tl0PictureIndex ownIndex: UInt8,
        at offset: Int,
        in prefix: inout InlineArray<8, UInt8>
    ) -> Int {
        for index in 0..<Int(count) { prefix[offset &+ index] = bytes[index] }
        var place = offset &+ 2
        if pictureID != nil {
            prefix[place] = UInt8(truncatingIfNeeded: own >> 8) | 0x80
            prefix[place &+ 1] = UInt8(truncatingIfNeeded: own)
            place &+= 2
        }
        if tl0PictureIndex != nil { prefix[place] = ownIndex }
        return offset &+ Int(count)
    }
}
