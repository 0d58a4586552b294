import Foundation

@testable import SDP

/// Offers of real clients, and the server's side of an answer.
enum Fixtures {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Fixtures/sdp")

    static let names = [
        "chromium-156-two-way", "chromium-156-sfu", "chromium-156-receive", "chromium-156-data",
        "firefox-153-two-way", "firefox-153-sfu", "firefox-153-receive", "firefox-153-data",
        "aiortc-1.16.0", "gstreamer-1.22.0", "pion-3", "like-safari", "like-obs-whip",
    ]

    static func text(_ name: String) throws -> String {
        try String(contentsOf: folder.appending(path: name + ".sdp"), encoding: .utf8)
    }

    static func offer(_ name: String) throws -> SessionDescription {
        try SessionDescription(parsing: text(name))
    }

    /// What the server wants: a slot for every m-line that the client receives on.
    static func wishes(
        for offer: SessionDescription,
        codecs: CodecPolicy = CodecPolicy(),
        refused: Set<String> = []
    ) -> AnswerParameters {
        var slots: [String: SlotSource] = [:]
        for (index, media) in offer.media.enumerated() where media.direction == .recvonly {
            slots[media.mid] = SlotSource(
                ssrc: 1_000 + UInt32(index),
                repairSSRC: media.kind == .video ? 2_000 + UInt32(index) : nil,
                cname: "parley",
                msid: MSID(stream: "slot-\(index)", track: "track-\(index)")
            )
        }
        return AnswerParameters(
            ice: ICEParameters(userFragment: "srv0", password: "0123456789012345678901"),
            fingerprint: fingerprint,
            candidates: [
                "candidate:1 1 udp 2130706431 198.51.100.1 3478 typ host",
                "candidate:2 1 tcp 1518280447 198.51.100.1 3478 typ host tcptype passive",
            ],
            sessionID: 77,
            codecs: codecs,
            slots: slots,
            refusedMIDs: refused
        )
    }

    private static let fingerprint: CertificateFingerprint = {
        guard let fingerprint = CertificateFingerprint(.sha256, Array(0..<32)) else { fatalError("32 bytes are it") }
        return fingerprint
    }()

    static func answer(_ name: String, codecs: CodecPolicy = CodecPolicy()) throws -> Answer {
        let offer = try offer(name)
        var state = SessionState()
        return try state.answer(offer, wishes(for: offer, codecs: codecs))
    }

    /// A small offer with the lines given, behind those that every offer needs.
    static func small(_ lines: [String], kind: String = "video", formats: String = "96") -> String {
        let start = [
            "v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "t=0 0", "a=group:BUNDLE 0",
            "m=\(kind) 9 UDP/TLS/RTP/SAVPF \(formats)", "c=IN IP4 0.0.0.0", "a=mid:0", "a=rtcp-mux", "a=setup:actpass",
            "a=ice-ufrag:abcd", "a=ice-pwd:abcdefghijklmnopqrstuv", "a=fingerprint:sha-256 \(hash)",
        ]
        return (start + lines).joined(separator: "\r\n") + "\r\n"
    }

    static let hash = Array(repeating: "AB", count: 32).joined(separator: ":")
}
