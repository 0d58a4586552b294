// swift-tools-version: 6.2
import PackageDescription

/// What every target of Parley is compiled with: mistakes are errors, memory unsafety is spelled out.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .enableUpcomingFeature("ImmutableWeakCaptures"),
]

func core(_ name: String, _ dependencies: [String] = []) -> Target {
    .target(name: name, dependencies: dependencies.map { .init(stringLiteral: $0) }, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [String] = []) -> Target {
    .testTarget(
        name: "\(name)Tests",
        dependencies: ([name] + dependencies).map { .init(stringLiteral: $0) },
        swiftSettings: settings
    )
}

// The import table is docs/ARCHITECTURE.md's; TidyTests hold the sources to it.
let names = [
    "Wire", "Units", "PacketStore", "STUN", "TURN", "ICE", "DTLS", "SRTP", "RTP", "SDP", "PeerConnection", "Forwarding",
    "SFU",
    "Meeting", "Simulation",
]

let package = Package(
    name: "Core",
    products: [
        .library(name: "Core", targets: names)
    ],
    targets: [
        core("Wire"),
        core("Units"),
        .target(name: "COpenSSL", linkerSettings: [.linkedLibrary("ssl"), .linkedLibrary("crypto")]),
        core("PacketStore", ["Wire", "Units"]),
        core("STUN", ["Wire", "Units", "COpenSSL"]),
        core("TURN", ["Wire", "Units", "STUN"]),
        core("RTP", ["Wire", "Units"]),
        core("SRTP", ["Wire", "Units", "RTP", "COpenSSL"]),
        core("SDP"),
        core("Forwarding", ["Wire", "Units", "RTP"]),
        core("ICE", ["Wire", "Units", "STUN"]),
        core("DTLS", ["Wire", "Units", "COpenSSL"]),
        core("PeerConnection", ["Wire", "Units", "STUN", "ICE", "DTLS", "SRTP", "RTP", "SDP"]),
        core("SFU", ["Wire", "Units", "PacketStore", "PeerConnection", "Forwarding", "ICE", "DTLS", "RTP", "STUN"]),
        core("Meeting", ["Wire", "Units"]),
        core("Simulation", names.filter { $0 != "Simulation" }),
        tests("Wire", ["Simulation"]),
        tests("Units"),
        tests("PacketStore", ["Units"]),
        tests("STUN", ["Wire", "Units"]),
        tests("TURN", ["Wire", "Units", "STUN"]),
        tests("RTP", ["Wire", "Units"]),
        tests("SRTP", ["Wire", "Units", "RTP"]),
        tests("SDP"),
        tests("Forwarding", ["Wire", "Units", "RTP"]),
        tests("ICE", ["Wire", "Units", "STUN"]),
        tests("DTLS", ["Wire", "Units"]),
        tests("PeerConnection", ["Wire", "Units", "STUN", "ICE", "DTLS", "SRTP", "RTP", "SDP", "Simulation"]),
        tests("SFU", names.filter { $0 != "SFU" }),
        tests("Meeting", ["Wire", "Units"]),
        tests("Simulation", ["Wire", "Units", "ICE", "DTLS", "RTP", "PeerConnection", "Meeting"]),
    ]
)
