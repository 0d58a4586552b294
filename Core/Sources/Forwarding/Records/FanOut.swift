/// The packet that `nextForward` is copying, and how far it has got.
struct FanOut: BitwiseCopyable, Sendable {
    var packet = CachedPacket()
    var publication = -1
    var stream = -1
    /// The packet's number in its stream, extended; and without the padding before it.
    var number: Int64 = 0
    var compacted: Int64 = 0
    /// The subscriber whose turn it is.
    var next = 0

    var isActive: Bool { publication >= 0 }

    mutating func stop() { publication = -1 }
}
