import DTLS
public import SDP
public import Units

/// The numbers that a simulated client uses for formats and header extensions: Chromium's.
public enum MediaNumbers {
    public static let opus: UInt8 = 111
    public static let vp8: UInt8 = 96
    public static let repair: UInt8 = 97
    public static let audioLevel: UInt8 = 1
    public static let transportSequence: UInt8 = 3
    public static let mid: UInt8 = 4
}

/// What a simulated client offers: one m-line after the other, in the manner of Chromium.
public struct MediaOffer {
    private let ice: ICEParameters
    private let fingerprint: CertificateFingerprint
    private let version: UInt64
    private var lines: [MediaDescription] = []

    public init(ice: ICEParameters, fingerprint: CertificateFingerprint, version: UInt64) {
        self.ice = ice
        self.fingerprint = fingerprint
        self.version = version
    }

    /// The whole description.
    public var text: String {
        SessionDescription(
            origin: Origin(sessionID: 1, version: version),
            groups: [Group(semantics: "BUNDLE", mids: lines.map(\.mid))],
            allowsMixedExtensions: true,
            media: lines
        ).text
    }

    /// The next m-line. A video line that is sent names two SSRCs, the second of retransmissions.
    public mutating func add(_ kind: MediaDescription.Kind, mid: String, isSent: Bool, ssrcs: [UInt32] = []) {
        var media = MediaDescription(
            kind: kind,
            port: 9,
            proto: "UDP/TLS/RTP/SAVPF",
            mid: mid,
            direction: isSent ? .sendonly : .recvonly
        )
        media.isRTCPMultiplexed = true
        media.isRTCPReducedSize = true
        media.allowsMixedExtensions = true
        media.transport = TransportParameters(
            ice: ice,
            iceOptions: ["trickle"],
            fingerprints: [fingerprint],
            setup: .actpass
        )
        media.codecs = kind == .audio ? Self.audio : Self.video
        media.extensions = [
            ExtensionMap(id: MediaNumbers.transportSequence, uri: HeaderExtension.transportSequenceNumber.rawValue),
            ExtensionMap(id: MediaNumbers.mid, uri: HeaderExtension.mid.rawValue),
        ]
        if kind == .audio {
            media.extensions.append(
                ExtensionMap(id: MediaNumbers.audioLevel, uri: HeaderExtension.audioLevel.rawValue)
            )
        }
        if isSent { media.msids = [MSID(stream: "own", track: "own-\(kind.name)")] }
        media.sources = ssrcs.map { Source(ssrc: $0, cname: "client") }
        if ssrcs.count == 2 { media.sourceGroups = [SourceGroup(semantics: "FID", ssrcs: ssrcs)] }
        lines.append(media)
    }

    private static let audio = [
        Codec(
            payloadType: MediaNumbers.opus,
            name: "opus",
            clockRate: 48_000,
            channels: 2,
            parameters: "minptime=10;useinbandfec=1",
            feedback: [.transportWideCongestionControl]
        )
    ]

    private static let video = [
        Codec(
            payloadType: MediaNumbers.vp8,
            name: "VP8",
            clockRate: 90_000,
            feedback: [
                .receiverEstimatedMaximumBitrate, .transportWideCongestionControl, .fullIntraRequest, .nack,
                .pictureLossIndication,
            ]
        ),
        Codec(
            payloadType: MediaNumbers.repair,
            name: "rtx",
            clockRate: 90_000,
            parameters: "apt=\(MediaNumbers.vp8)"
        ),
    ]
}

extension SessionDescription {
    /// The addresses of the UDP candidates.
    public var candidateAddresses: [TransportAddress] {
        media.flatMap(\.candidates).compactMap { text in
            let parts = text.split(separator: " ")
            guard parts.count >= 8, parts[2] == "udp", let address = IPAddress(String(parts[4])),
                let port = UInt16(parts[5])
            else { return nil }
            return TransportAddress(address, port: port)
        }
    }
}
