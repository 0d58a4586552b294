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

let core = Target.Dependency.product(name: "Core", package: "Core")
let log = Target.Dependency.product(name: "Logging", package: "swift-log")
let nio = ["NIOCore", "NIOPosix", "NIOHTTP1"].map { Target.Dependency.product(name: $0, package: "swift-nio") }
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")

// The import table is docs/ARCHITECTURE.md's; TidyTests hold the sources to it.
let package = Package(
    name: "parley",
    products: [
        .library(name: "MeetingServer", targets: ["MeetingServer"]),
        .executable(name: "parley", targets: ["parley"]),
    ],
    dependencies: [
        .package(path: "Core"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
        .package(url: "https://github.com/apple/swift-nio-extras", exact: "1.35.2"),
        .package(url: "https://github.com/apple/swift-http-types", exact: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-certificates", exact: "1.21.1"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
    ],
    targets: [
        .target(
            name: "Telemetry",
            dependencies: [log],
            swiftSettings: settings
        ),
        .target(
            name: "WebSocket",
            dependencies: nio + [
                hummingbird,
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
                .product(name: "Crypto", package: "swift-crypto"),
                log,
            ],
            swiftSettings: settings
        ),
        .target(
            name: "WebSite",
            dependencies: [hummingbird, .product(name: "HTTPTypes", package: "swift-http-types"), log]
                + nio
                + [.product(name: "Crypto", package: "swift-crypto"), "CZlib"],
            swiftSettings: settings,
            plugins: ["EmbedWebFiles"]
        ),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .executableTarget(name: "EmbedWeb"),
        .plugin(name: "EmbedWebFiles", capability: .buildTool(), dependencies: ["EmbedWeb"]),
        .target(
            name: "MediaTransport",
            dependencies: [
                core, log, "CLinux", .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: settings
        ),
        .target(name: "CLinux"),
        .target(
            name: "Storage",
            dependencies: [core, log, .product(name: "GRDB", package: "GRDB.swift")],
            swiftSettings: settings
        ),
        .target(
            name: "MeetingServer",
            dependencies: [
                core, "Telemetry", "WebSocket", "WebSite", "MediaTransport", "Storage", log, hummingbird,
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HummingbirdTLS", package: "hummingbird"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "NIOTLS", package: "swift-nio"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "X509", package: "swift-certificates"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ] + nio,
            swiftSettings: settings
        ),
        // TURN clients that make load, for the benchmarks; nothing of the server's own STUN and TURN is in them.
        .target(
            name: "TurnLoad",
            dependencies: [core, .product(name: "Crypto", package: "swift-crypto")],
            swiftSettings: settings
        ),
        // Participants of meetings that make load, for the benchmarks, out of the simulated client's parts.
        .target(name: "SFULoad", dependencies: [core, "TurnLoad"], swiftSettings: settings),
        .executableTarget(
            name: "parley",
            dependencies: [
                "MeetingServer", "MediaTransport", "TurnLoad", "SFULoad", core, log,
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "ParleyTests",
            dependencies: ["parley", "MeetingServer", .product(name: "NIOCore", package: "swift-nio")],
            swiftSettings: settings
        ),
        .testTarget(name: "TelemetryTests", dependencies: ["Telemetry", log], swiftSettings: settings),
        .testTarget(
            name: "MeetingServerTests",
            dependencies: [
                "MeetingServer", "Telemetry", "WebSocket", "Storage", core, log, hummingbird,
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "NIOTLS", package: "swift-nio"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "X509", package: "swift-certificates"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ] + nio,
            swiftSettings: settings
        ),
        .testTarget(
            name: "MediaTransportTests",
            dependencies: [
                "MediaTransport", core, log, "CLinux",
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "WebSiteTests",
            dependencies: [
                "WebSite", hummingbird, .product(name: "HTTPTypes", package: "swift-http-types"), log, "CZlib",
                .product(name: "NIOEmbedded", package: "swift-nio"),
            ] + nio,
            swiftSettings: settings
        ),
        .testTarget(
            name: "StorageTests",
            dependencies: ["Storage", "StorageCrashChild", core, log, .product(name: "GRDB", package: "GRDB.swift")],
            resources: [.copy("Fixtures/version-1.sql")],
            swiftSettings: settings
        ),
        .testTarget(name: "TidyTests", swiftSettings: settings),
        .executableTarget(
            name: "StorageCrashChild",
            dependencies: ["Storage", core],
            path: "Tests/StorageCrashChild",
            swiftSettings: settings
        ),
        .testTarget(
            name: "WebSocketTests",
            dependencies: [
                "WebSocket", hummingbird,
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                log,
            ] + nio,
            swiftSettings: settings
        ),
        // What scripts/packet-cost counts the instructions of.
        .executableTarget(
            name: "packet-cost",
            dependencies: [
                "MediaTransport", "TurnLoad", core, log,
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            path: "Tests/PacketCost",
            swiftSettings: settings
        ),
        // The server that scripts/conformance-websocket examines.
        .executableTarget(
            name: "websocket-echo",
            dependencies: [
                "WebSocket", hummingbird,
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HummingbirdTLS", package: "hummingbird"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                log,
            ] + nio,
            path: "Tests/WebSocketEcho",
            swiftSettings: settings
        ),
    ]
)
