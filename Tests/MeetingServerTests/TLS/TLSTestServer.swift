import Crypto
import Foundation
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import NIOSSL
import Testing
import Units
import WebSocket

@testable import MeetingServer

/// A folder with a certificate and a key, gone when the closure returns.
func withCertificateFolder<Result>(
    _ body: (CertificateFolder) async throws -> Result
) async throws -> Result {
    let path = FileManager.default.temporaryDirectory.appending(path: "parley-\(UUID().uuidString)").path()
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try await body(CertificateFolder(path: path))
}

struct CertificateFolder {
    let path: String
    var files: CertificateFiles { CertificateFiles(certificate: path + "/certificate.pem", key: path + "/key.pem") }

    /// Puts a fresh certificate and its key in place; returns the certificate's bytes.
    func renew() throws -> [UInt8] {
        let maker = path + "/" + UUID().uuidString
        let names = ServerNames(host: "server.example", addresses: [])
        let made = try SelfSignedCertificate(directory: maker, names: names, now: Date())
        for (from, to) in [(made.files.certificate, files.certificate), (made.files.key, files.key)] {
            try Data(contentsOf: URL(filePath: from)).write(to: URL(filePath: to), options: .atomic)
        }
        return try NIOSSLCertificate.fromPEMFile(files.certificate)[0].toDERBytes()
    }

    func spoil() throws { try Data("no certificate".utf8).write(to: URL(filePath: files.certificate)) }
}

/// Runs a real server with the store's certificate on a free port of loopback.
func withTLSServer<Result: Sendable>(
    _ store: CertificateStore,
    admission: (any ConnectionAdmission)? = nil,
    adopt: @escaping @Sendable (CInt, TransportAddress, TransportAddress) -> Void = { descriptor, _, _ in
        close(descriptor)
    },
    _ body: @escaping @Sendable (Int) async throws -> Result
) async throws -> Result {
    let router = Router()
    router.get("hello") { _, _ in "hello" }
    let (ports, report) = AsyncStream<Int>.makeStream()
    let application = Application(
        router: router,
        server: .rotatingTLS(store, admission: admission, turn: TURNOverTLS(adopt: adopt)) {
            HTTP1Channel(responder: $0)
        },
        configuration: .init(address: .hostname("127.0.0.1", port: 0)),
        onServerRunning: { report.yield($0.localAddress?.port ?? 0) },
        logger: quiet
    )
    return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await application.run() }
        var iterator = ports.makeAsyncIterator()
        let port = try #require(await iterator.next())
        let result = try await body(port)
        group.cancelAll()
        return result
    }
}

let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

/// One TLS connection that asks for `/hello` as often as it is told to.
struct TLSClient {
    private let channel: NIOAsyncChannel<ByteBuffer, ByteBuffer>

    static func connect(
        port: Int,
        minimum: TLSVersion = .tlsv12,
        maximum: TLSVersion? = nil,
        protocols: [String] = ["h2", "http/1.1"]
    ) async throws -> TLSClient {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.certificateVerification = .none
        configuration.minimumTLSVersion = minimum
        configuration.maximumTLSVersion = maximum
        configuration.applicationProtocols = protocols
        let context = try NIOSSLContext(configuration: configuration)
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        NIOSSLClientHandler(context: context, serverHostname: nil)
                    )
                    return try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return TLSClient(channel: channel)
    }

    /// The certificate that a new connection gets, after one request.
    static func certificate(port: Int, _ version: TLSVersion = .tlsv13) async throws -> [UInt8] {
        try await connect(port: port, minimum: version, maximum: version).use { try await $0() }
    }

    /// Runs `body` with a function that asks once and returns the certificate the connection runs on.
    func use<Result>(_ body: (() async throws -> [UInt8]) async throws -> Result) async throws -> Result {
        try await channel.executeThenClose { inbound, outbound in
            var iterator = inbound.makeAsyncIterator()
            return try await body {
                try await outbound.write(ByteBuffer(string: "GET /hello HTTP/1.1\r\nHost: server.example\r\n\r\n"))
                var text = ""
                while !text.hasSuffix("\r\n\r\nhello"), let bytes = try await iterator.next(isolation: #isolation) {
                    text += String(buffer: bytes)
                }
                try #require(text.hasPrefix("HTTP/1.1 200"))
                return try await certificate()
            }
        }
    }

    private func certificate() async throws -> [UInt8] {
        let bytes = try await channel.channel.nioSSL_peerCertificate().flatMapThrowing { try $0?.toDERBytes() }.get()
        return try #require(bytes)
    }
}
