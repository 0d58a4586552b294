/// Which of our own modules a target may import: the table of docs/ARCHITECTURE.md.
enum ImportTable {
    /// Core may import nothing but this.
    static let core: [String: Set<String>] = {
        let direct: [String: Set<String>] = [
            "Wire": [], "Units": [], "COpenSSL": [], "STUN": ["COpenSSL", "Synchronization"],
            "SDP": [], "RTP": [], "Meeting": [],
            "TURN": ["STUN"], "ICE": ["STUN", "COpenSSL"], "DTLS": ["COpenSSL"],
            "SRTP": ["RTP", "COpenSSL"], "PeerConnection": ["STUN", "ICE", "DTLS", "SRTP", "RTP", "SDP"],
            "Congestion": ["RTP"], "Forwarding": ["RTP", "Congestion"], "PacketStore": [],
            "SFU": ["PacketStore", "PeerConnection", "Forwarding", "STUN", "ICE", "DTLS", "RTP"],
        ]
        var table = direct.mapValues { $0.union(["Wire", "Units"]) }
        table["Simulation"] = Set(direct.keys)
        return table
    }()

    /// Of our modules only these; libraries are the manifest's business.
    static let server: [String: Set<String>] = [
        "Telemetry": [], "EmbedWeb": [], "WebSocket": [], "WebSite": [], "Storage": ["Meeting", "Units"], "CLinux": [],
        // STUN's own Binding is answered on the media port too; ICE names the worker, DTLS the certificate.
        "MediaTransport": ["CLinux", "Wire", "Units", "PacketStore", "STUN", "TURN", "ICE", "DTLS", "SFU"],
        "TurnLoad": ["Units"],
        "SFULoad": ["TurnLoad", "Units", "RTP", "SDP", "ICE", "DTLS", "PeerConnection", "Simulation"],
        "MeetingServer": all.subtracting(["TurnLoad", "SFULoad"]), "parley": all,
    ]

    private static let all = Set(core.keys).union([
        "Telemetry", "WebSocket", "WebSite", "Storage", "CLinux", "MediaTransport", "MeetingServer", "TurnLoad",
        "SFULoad",
    ])

    static func violations(_ file: SourceFile) -> [Violation] {
        guard file.has("swift"), file.isIn(["Sources", "Core/Sources"]) else { return [] }
        let isCore = file.isIn("Core/Sources")
        let target = String(file.path.split(separator: "/")[isCore ? 2 : 1])
        guard let allowed = isCore ? core[target] : server[target] else {
            return [Violation(path: file.path, line: 0, rule: "target \(target) is not in the import table")]
        }
        return imports(file.code).compactMap { line, module in
            let isForbidden = isCore ? !allowed.contains(module) : all.contains(module) && !allowed.contains(module)
            guard isForbidden, module != target else { return nil }
            return Violation(path: file.path, line: line, rule: "\(target) may not import \(module)")
        }
    }

    private static func imports(_ code: String) -> [(line: Int, text: String)] {
        code.matches(
            #"^\s*(?:@[\w()]+\s+)*(?:(?:public|package|internal|fileprivate|private)\s+)?import\s+(?:(?:struct|class|enum|protocol|typealias|func|let|var)\s+)?(\w+)"#
        )
    }
}
