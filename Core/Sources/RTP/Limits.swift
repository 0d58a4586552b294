/// What a peer may make RTP parse or keep.
public enum Limits {
    /// Bytes of a packet. Larger ones are no media: nothing on the way carries them (findings: slots of 2 KiB).
    public static let packet = 2_048
    /// Bytes of a MID, RID or repaired RID. Browsers send 1 to 3; a one-byte extension element cannot carry more.
    public static let streamIdentifier = 16
    /// Packets that one transport-wide feedback may speak of. Browsers send some hundred; the format would allow 65,535
    /// out of a few bytes, each of them work.
    public static let feedbackStatuses = 4_096
    /// Packets whose arrival is remembered for transport-wide feedback: 4 s at 500 packets a second.
    public static let arrivals = 2_048
    /// Templates of a dependency structure; its six-bit identifiers allow no more.
    public static let dependencyTemplates = 64
    /// Decode targets, and chains, of a dependency structure; five bits allow no more.
    public static let decodeTargets = 32
    /// Frames that one frame may name as its references. libaom has 8 reference buffers, of which a frame uses 7.
    public static let frameReferences = 8
    /// Spatial layers of a dependency structure; two bits allow 4.
    public static let spatialLayers = 4
    /// Layers in a video layers allocation: 4 streams of 4 spatial layers.
    public static let allocatedLayers = 16
    /// Blocks of a redundant audio packet (RFC 2198). Browsers send 2, at most 9 when told to.
    public static let redundantBlocks = 16
}
