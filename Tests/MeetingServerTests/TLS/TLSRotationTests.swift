import Foundation
import NIOCore
import NIOSSL
import ServiceLifecycle
import Testing

@testable import MeetingServer

@Suite("TLS certificate files", .timeLimit(.minutes(1)))
struct TLSRotationTests {
    @Test("New connections get the new certificate while an old one goes on with the old")
    func rotation() async throws {
        try await withCertificateFolder { folder in
            let first = try folder.renew()
            let store = try CertificateStore(folder.files)
            try await withTLSServer(store) { port in
                try await TLSClient.connect(port: port).use { ask in
                    #expect(try await ask() == first)
                    let second = try folder.renew()
                    #expect(first != second)
                    #expect(store.refresh().isRenewed)
                    #expect(try await TLSClient.certificate(port: port) == second)
                    #expect(try await ask() == first)
                }
            }
        }
    }

    @Test("A bad new file keeps the old certificate, is told once, and is forgotten when a good one comes")
    func badFile() async throws {
        try await withCertificateFolder { folder in
            let first = try folder.renew()
            let store = try CertificateStore(folder.files)
            try await withTLSServer(store) { port in
                try folder.spoil()
                #expect(store.refresh().isRefused)
                #expect(store.refresh().isNone)
                #expect(try await TLSClient.certificate(port: port) == first)
                let second = try folder.renew()
                #expect(store.refresh().isRenewed)
                #expect(try await TLSClient.certificate(port: port) == second)
            }
        }
    }

    @Test("A key that is not the certificate's is refused, and so is a file that went away")
    func mismatch() async throws {
        try await withCertificateFolder { folder in
            _ = try folder.renew()
            let store = try CertificateStore(folder.files)
            let certificate = try Data(contentsOf: URL(filePath: folder.files.certificate))
            _ = try folder.renew()
            try certificate.write(to: URL(filePath: folder.files.certificate))
            #expect(store.refresh().isRefused)
            try FileManager.default.removeItem(atPath: folder.files.key)
            #expect(store.refresh().isRefused)
            #expect(store.refresh().isNone)
            #expect(throws: (any Error).self) { try CertificateStore(folder.files) }
        }
    }

    @Test("Unchanged files change nothing")
    func unchanged() async throws {
        try await withCertificateFolder { folder in
            _ = try folder.renew()
            #expect(try CertificateStore(folder.files).refresh().isNone)
        }
    }

    @Test("The watcher looks at each tick and ends when ticks do")
    func watcher() async throws {
        try await withCertificateFolder { folder in
            _ = try folder.renew()
            let store = try CertificateStore(folder.files)
            let before = store.context
            let (ticks, tick) = AsyncStream<Void>.makeStream()
            let box = TickBox(ticks)
            _ = try folder.renew()
            tick.yield()
            tick.finish()
            try await CertificateWatcher(store, logger: quiet, wait: { try await box.next() }).run()
            #expect(store.context !== before)
        }
    }

    @Test("TLS 1.1 is refused, 1.2 and 1.3 are served")
    func versions() async throws {
        try await withCertificateFolder { folder in
            _ = try folder.renew()
            let store = try CertificateStore(folder.files)
            try await withTLSServer(store) { port in
                await #expect(throws: (any Error).self) {
                    try await TLSClient.certificate(port: port, .tlsv11)
                }
                for version in [TLSVersion.tlsv12, .tlsv13] {
                    let served = try await TLSClient.certificate(port: port, version)
                    #expect(!served.isEmpty)
                }
            }
        }
    }
}

private actor TickBox {
    private var iterator: AsyncStream<Void>.Iterator

    init(_ stream: AsyncStream<Void>) { iterator = stream.makeAsyncIterator() }

    func next() async throws {
        var copy = iterator  // the iterators of a stream share it
        guard await copy.next(isolation: self) != nil else { throw CancellationError() }
    }
}

extension CertificateStore.Change {
    fileprivate var isRenewed: Bool { if case .renewed = self { true } else { false } }
    fileprivate var isRefused: Bool { if case .refused = self { true } else { false } }
    fileprivate var isNone: Bool { if case .none = self { true } else { false } }
}
