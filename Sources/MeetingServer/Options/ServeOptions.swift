public import Logging
public import Telemetry
public import Units

/// Everything `parley serve` can be told, checked: a value that exists is valid.
public struct ServeOptions: Equatable, Sendable {
    public enum TLS: Equatable, Sendable {
        case off
        case selfSigned
        /// PEM files, read again when they change.
        case files(certificate: String, key: String)
    }

    /// Address to listen on for HTTP(S).
    public var host: String
    /// TCP port of HTTP(S); 0 takes a free one.
    public var port: Int
    public var tls: TLS
    /// UDP and TCP port of STUN and TURN; 0 takes a free one.
    public var mediaPort: Int
    /// Threads of the media plane; nil is one for each core.
    public var mediaWorkers: Int?
    /// IP addresses that browsers reach this server by; empty means find them.
    public var publicAddresses: [String]
    public var iceServers: [OutsideICEServer]
    /// Relay ports of TURN.
    public var turnPorts: ClosedRange<Int>
    /// Nil is a random one, kept in the data directory.
    public var turnSecret: Secret<String>?
    /// Addresses that TURN may relay to although they are private or special.
    public var turnAllowedPeers: [AddressBlock]
    /// Path of what must survive a restart.
    public var data: String
    public var chatDays: Int
    /// Largest meeting that runs peer to peer; 0: none does.
    public var meshLimit: Int
    /// Largest meeting.
    public var roomLimit: Int
    /// Other origins that may open the WebSocket, as browsers send them.
    public var allowedOrigins: [String]
    public var allowedFrameAncestors: [String]
    /// Directory of the page; nil is the page inside the program.
    public var web: String?
    /// TCP port of the metrics, on 127.0.0.1; 0 takes a free one.
    public var adminPort: Int
    public var drainSeconds: Int
    public var logLevel: Logger.Level

    /// Reads the options; the first one that is wrong is refused in one sentence.
    ///
    /// - Parameters:
    ///   - arguments: what follows `serve`.
    ///   - environment: the process's; only names that begin with `PARLEY_` are looked at.
    ///   - readFile: returns the text of the file that `--config` names.
    public static func parse(
        arguments: [String],
        environment: [String: String],
        readFile: (String) throws -> String
    ) throws(OptionError) -> ServeOptions {
        let texts = try OptionTexts(arguments: arguments, environment: environment, readFile: readFile)
        return try ServeOptions(OptionReader(texts: texts))
    }

    private init(_ reader: OptionReader) throws(OptionError) {
        tls = try Self.tls(reader)
        host =
            try reader.one(.host, "an address or a host name") { OptionReader.host($0) }
            ?? (tls == .off ? "127.0.0.1" : "0.0.0.0")
        port = try reader.integer(.port, 0...65535) ?? (tls == .off ? 8080 : 8443)
        mediaPort = try reader.integer(.mediaPort, 0...65535) ?? 3478
        mediaWorkers = try reader.integer(.mediaWorkers, 1...256)
        publicAddresses = try reader.list(.publicAddress, "an IPv4 or IPv6 address", OptionReader.address)
        iceServers = try reader.list(
            .iceServer,
            "\"stun:HOST\", \"turn:HOST USER PASSWORD\" or \"turn:HOST\"",
            OutsideICEServer.init
        )
        turnPorts = try reader.portRange(.turnPorts) ?? 49152...65535
        turnSecret = try reader.one(.turnSecret, "a secret of at least \(Self.secretBytes) bytes") {
            $0.utf8.count < Self.secretBytes ? nil : Secret($0)
        }
        turnAllowedPeers = try reader.list(.turnAllowPeer, "an address or a range like 192.168.1.0/24") {
            AddressBlock($0)
        }
        data = try reader.text(.data) ?? "./data"
        chatDays = try reader.integer(.chatDays, 0...3650) ?? 30
        meshLimit = try reader.integer(.meshLimit, 0...12) ?? 2
        roomLimit = try reader.integer(.roomLimit, 2...250) ?? 100
        allowedOrigins = try reader.list(.allowOrigin, Self.originRule, OptionReader.origin)
        allowedFrameAncestors = try reader.list(.allowFrameAncestor, Self.originRule, OptionReader.origin)
        web = try reader.text(.web)
        adminPort = try reader.integer(.adminPort, 0...65535) ?? 9090
        drainSeconds = try reader.integer(.drainSeconds, 0...3600) ?? 30
        logLevel =
            try reader.one(.logLevel, "trace, debug, info, notice, warning, error or critical") {
                Logger.Level(rawValue: $0)
            } ?? .info
        if reader.isGiven(.redis) { throw reader.refuse(.redis, "is not supported yet: this release runs on one node") }
    }

    /// Whoever sees one credential can try secrets at home: 128 bits is what he cannot.
    private static let secretBytes = 16
    private static let originRule = "an origin like https://example.org, without a path"

    private static func tls(_ reader: OptionReader) throws(OptionError) -> TLS {
        let mode = try reader.one(.tls, "self-signed or off") { ["self-signed", "off"].contains($0) ? $0 : nil }
        let (certificate, key) = (try reader.text(.tlsCertificate), try reader.text(.tlsKey))
        switch (certificate, key) {
        case (nil, nil): return mode == "self-signed" ? .selfSigned : .off
        case (_, nil): throw reader.refuse(.tlsCertificate, "needs --tls-key too")
        case (nil, _): throw reader.refuse(.tlsKey, "needs --tls-certificate too")
        case (let certificate?, let key?):
            guard mode == nil else { throw reader.refuse(.tls, "cannot be combined with --tls-certificate") }
            return .files(certificate: certificate, key: key)
        }
    }
}
