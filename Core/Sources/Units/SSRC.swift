/// Names one RTP stream of a session (RFC 3550 §3). Its owner draws it at random; 0 is a value like any other.
public struct SSRC: RawRepresentable, Hashable, Sendable, BitwiseCopyable {
    public let rawValue: UInt32

    public init(rawValue: UInt32) { self.rawValue = rawValue }

    public init(_ value: UInt32) { rawValue = value }
}
