/// A codec that the SFU forwards. Two payload types of the same kind carry the same format, so a packet may go from one
/// client's number to another's. That is what negotiation within a codec is about: profiles, not levels or rates.
public enum CodecKind: Hashable, Sendable {
    /// RFC 7587.
    case opus
    /// Opus repeated in later packets (RFC 2198).
    case opusRED
    /// RFC 7741.
    case vp8
    /// RFC 9628, with its `profile-id`.
    case vp9(profile: UInt8)
    /// RFC 6184 with packetization-mode 1. In mode 0 the large frames of others could not be sent on, so it is refused.
    case h264(H264Profile)
    /// With its `profile`.
    case av1(profile: UInt8)

    /// Which kind of media it is in.
    public var media: MediaDescription.Kind {
        switch self {
        case .opus, .opusRED: .audio
        default: .video
        }
    }

    /// What a payload type is; nil for what the SFU does not forward: repair, comfort noise, other codecs.
    init?(_ codec: Codec, in media: MediaDescription) {
        switch (media.kind, codec.name.lowercased(), codec.clockRate) {
        case (.audio, "opus", 48_000) where codec.channels == 2: self = .opus
        case (.audio, "red", 48_000):
            guard Self.repeatsOpus(codec, in: media) else { return nil }
            self = .opusRED
        case (.video, "vp8", 90_000): self = .vp8
        case (.video, "vp9", 90_000):
            guard let profile = Self.number("profile-id", of: codec), profile < 4 else { return nil }
            self = .vp9(profile: profile)
        case (.video, "av1", 90_000):
            guard let profile = Self.number("profile", of: codec), profile < 3 else { return nil }
            self = .av1(profile: profile)
        case (.video, "h264", 90_000):
            guard codec.parameter("packetization-mode") == "1",
                let profile = H264Profile(profileLevelID: codec.parameter("profile-level-id") ?? "42000a")
            else { return nil }
            self = .h264(profile)
        default: return nil
        }
    }

    /// A parameter of which zero is the default; nil when it is no number.
    private static func number(_ name: String, of codec: Codec) -> UInt8? {
        guard let text = codec.parameter(name) else { return 0 }
        return UInt8(text)
    }

    /// `a=fmtp:63 111/111`: both generations are Opus.
    private static func repeatsOpus(_ red: Codec, in media: MediaDescription) -> Bool {
        let generations = red.parameters.utf8.split(separator: UInt8(ascii: "/")).map { UInt8(Substring($0)) }
        guard (1...8).contains(generations.count) else { return false }
        return generations.allSatisfy { generation in
            media.codecs.contains { $0.payloadType == generation && $0.isNamed("opus") }
        }
    }
}

/// The profile in `profile-level-id` (RFC 6184 §8.1, table 5): which tools of the codec a stream may use.
public enum H264Profile: Hashable, Sendable {
    case constrainedBaseline, baseline, main, constrainedHigh, high

    /// From three bytes in hexadecimal: profile_idc, constraint flags, level.
    init?(profileLevelID text: Substring) {
        guard text.utf8.count == 6, text.allSatisfy(\.isHexDigit), let number = UInt32(text, radix: 16) else {
            return nil
        }
        let flags = UInt8(truncatingIfNeeded: number >> 8)
        switch (number >> 16, flags) {
        case (0x42, _) where flags & 0b0100_1111 == 0b0100_0000: self = .constrainedBaseline
        case (0x4D, _) where flags & 0b1000_1111 == 0b1000_0000: self = .constrainedBaseline
        case (0x58, _) where flags & 0b1100_1111 == 0b1100_0000: self = .constrainedBaseline
        case (0x42, _) where flags & 0b0100_1111 == 0: self = .baseline
        case (0x58, _) where flags & 0b1100_1111 == 0b1000_0000: self = .baseline
        case (0x4D, _) where flags & 0b1010_1111 == 0: self = .main
        case (0x64, 0): self = .high
        case (0x64, 0x0C): self = .constrainedHigh
        default: return nil
        }
    }
}
