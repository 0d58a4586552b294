import Foundation
import Glibc
import Testing
import Units

@testable import DTLS

/// Other people's clients over a real socket, with the real clock: skipped where there is no `openssl` program.
@Suite(
    "DTLS: OpenSSL's own client",
    .serialized,
    .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/openssl"))
)
struct InteropTests {
    @Test(
        "It shakes hands with each profile, and exports the same keys",
        arguments: [
            ("SRTP_AEAD_AES_128_GCM", SRTPProtectionProfile.aeadAES128GCM, "ec -pkeyopt ec_paramgen_curve:P-256"),
            ("SRTP_AEAD_AES_256_GCM", .aeadAES256GCM, "rsa:2048"),
            ("SRTP_AES128_CM_SHA1_80", .aes128CMSHA1_80, "ec -pkeyopt ec_paramgen_curve:P-256"),
            ("SRTP_AES128_CM_SHA1_80:SRTP_AEAD_AES_256_GCM:SRTP_AEAD_AES_128_GCM", .aeadAES128GCM, "rsa:3072"),
        ]
    )
    func profiles(offered: String, agreed: SRTPProtectionProfile, key: String) throws {
        let folder = try Folder(key: key)
        let server = try UDPServer(expecting: [folder.fingerprint()])
        let length = 2 * (agreed.keyLength + agreed.saltLength)
        let client = try folder.client(
            port: server.port,
            "-use_srtp \(offered) -keymatexport EXTRACTOR-dtls_srtp -keymatexportlen \(length)"
        )
        server.run(seconds: 10)
        let keys = try #require(server.seen.keys)
        let output = try client.finish()
        #expect(keys.profile == agreed)
        func hex(_ bytes: [UInt8]) -> String { bytes.map { String(format: "%02X", $0) }.joined() }
        let (key, salt) = (agreed.keyLength, agreed.saltLength)
        let client_ = (key: (0..<key).map { keys.client.key[$0] }, salt: (0..<salt).map { keys.client.salt[$0] })
        let server_ = (key: (0..<key).map { keys.server.key[$0] }, salt: (0..<salt).map { keys.server.salt[$0] })
        #expect(output.contains("Keying material: \(hex(client_.key + server_.key + client_.salt + server_.salt))"))
    }

    @Test("A hello of three datagrams is put together")
    func fragmentedHello() throws {
        let folder = try Folder(key: "ec -pkeyopt ec_paramgen_curve:P-256")
        let server = try UDPServer(expecting: [folder.fingerprint()])
        let names = (0..<30).map { "\($0)" + String(repeating: "x", count: 70) }.joined(separator: ",")
        let client = try folder.client(port: server.port, "-use_srtp SRTP_AEAD_AES_128_GCM -mtu 1200 -alpn \(names)")
        server.run(seconds: 10)
        _ = try client.finish()
        #expect(server.seen.keys != nil && server.datagrams >= 4)
    }

    @Test("Without a certificate, with another one, or without a common profile there are no keys")
    func refused() throws {
        let folder = try Folder(key: "ec -pkeyopt ec_paramgen_curve:P-256")
        let right = try folder.fingerprint()
        let wrong = try #require(CertificateHash(right.bytes.reversed()))
        for (hash, extra, hasCertificate) in [
            (right, "-use_srtp SRTP_AEAD_AES_128_GCM", false), (wrong, "-use_srtp SRTP_AEAD_AES_128_GCM", true),
            (right, "-use_srtp SRTP_AES128_CM_SHA1_32", true), (right, "", true),
        ] {
            let server = try UDPServer(expecting: [hash])
            let client = try folder.client(port: server.port, extra, hasCertificate: hasCertificate)
            server.run(seconds: 10) { !$0.seen.attempts.isEmpty }
            client.stop()
            #expect(server.seen.keys == nil && server.seen.attempts.count == 1, "\(extra)")
        }
    }

    @Test("A client that asks to negotiate again is told no, and the session goes on")
    func renegotiation() throws {
        let folder = try Folder(key: "ec -pkeyopt ec_paramgen_curve:P-256")
        let server = try UDPServer(expecting: [folder.fingerprint()])
        let client = try folder.client(port: server.port, "-use_srtp SRTP_AEAD_AES_128_GCM", closesInput: false)
        server.run(seconds: 10)
        server.seen.keys = nil
        client.type("R\n")
        server.run(seconds: 1) { _ in false }
        client.stop()
        #expect(server.seen.keys == nil && server.seen.attempts.isEmpty)
    }
}

/// A client's certificate in a folder of its own.
private final class Folder {
    private let url = FileManager.default.temporaryDirectory.appending(path: "dtls-\(UInt32.random(in: 0...(.max)))")

    init(key: String) throws {
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        let made = try Program(
            "req -x509 -newkey \(key) -nodes -keyout key.pem -out cert.pem -subj /CN=c -days 9",
            in: url
        )
        _ = try made.finish()
    }

    deinit { try? FileManager.default.removeItem(at: url) }  // the system empties its folder in the end

    func fingerprint() throws -> CertificateHash {
        let text = try Program("x509 -in cert.pem -noout -fingerprint -sha256", in: url).finish()
        let hex = text.split(separator: "=").last?.split(whereSeparator: { ":\n".contains($0) }) ?? []
        return try #require(CertificateHash(hex.compactMap { UInt8($0, radix: 16) }))
    }

    func client(port: UInt16, _ extra: String, hasCertificate: Bool = true, closesInput: Bool = true) throws -> Program
    {
        let certificate = hasCertificate ? "-cert cert.pem -key key.pem " : ""
        return try Program(
            "s_client -dtls1_2 -connect 127.0.0.1:\(port) \(certificate)\(extra)",
            in: url,
            input: closesInput ? "Q\n" : nil
        )
    }
}

/// A run of the `openssl` program.
private final class Program {
    private let process = Process()
    private let output = Pipe()
    private let input = Pipe()

    init(_ arguments: String, in folder: URL, input text: String? = "") throws {
        process.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
        process.arguments = arguments.split(separator: " ").map(String.init)
        process.currentDirectoryURL = folder
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        process.standardInput = input
        try process.run()
        guard let text else { return }
        // It reads `Q` only after the handshake.
        input.fileHandleForWriting.write(Data(text.utf8))
    }

    func type(_ text: String) { input.fileHandleForWriting.write(Data(text.utf8)) }

    /// What it wrote, when it is done.
    func finish() throws -> String {
        try input.fileHandleForWriting.close()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        return String(decoding: data, as: UTF8.self)
    }

    func stop() {
        kill(process.processIdentifier, SIGKILL)
    }
}

/// A DTLS transport on a UDP socket of its own.
private final class UDPServer {
    private let socket: Int32
    private let start = ContinuousClock.now
    private var transport: DTLSTransport
    let port: UInt16
    var seen = Seen()
    private(set) var datagrams = 0

    init(expecting hashes: [CertificateHash]) throws {
        socket = Glibc.socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        transport = DTLSTransport(.server, identity: World.serverIdentity, fingerprints: hashes)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let file = socket
        let isBound = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                unsafe (bind(file, pointer, length) == 0 && getsockname(file, pointer, &length) == 0)
            }
        }
        port = UInt16(bigEndian: address.sin_port)
        try #require(isBound)
    }

    deinit { close(socket) }

    private var now: Timestamp {
        Timestamp(nanoseconds: (ContinuousClock.now - start).wholeNanoseconds &+ 1)
    }

    /// Serves until there are keys, or the condition holds.
    func run(seconds: Int, until condition: (UDPServer) -> Bool = { $0.seen.keys != nil }) {
        let end = now + .seconds(seconds)
        while now < end {
            exchange()
            if condition(self) { return }
        }
    }

    private func exchange() {
        var room = [UInt8](repeating: 0, count: 2_048)
        var peer = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        var descriptor = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        if unsafe poll(&descriptor, 1, 10) == 1 {
            let count = unsafe withUnsafeMutablePointer(to: &peer) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                    unsafe recvfrom(socket, &room, room.count, 0, pointer, &length)
                }
            }
            guard count > 0 else { return }
            datagrams += 1
            let client = TransportAddress(
                IPAddress(v4: UInt32(bigEndian: peer.sin_addr.s_addr)),
                port: UInt16(bigEndian: peer.sin_port)
            )
            let path = FiveTuple(client: client, server: World.path(1).server, transport: .udp)
            seen.note(transport.receive(room.span.extracting(..<count), on: path, at: now))
        }
        seen.note(transport.handleTimeout(at: now))
        send()
    }

    private func send() {
        var room = [UInt8](repeating: 0, count: Limits.datagramBytes)
        while true {
            var span = room.mutableSpan
            guard let (path, count) = transport.nextDatagram(into: &span) else { return }
            var peer = sockaddr_in()
            peer.sin_family = sa_family_t(AF_INET)
            peer.sin_addr.s_addr = (path.client.address.v4 ?? 0).bigEndian
            peer.sin_port = path.client.port.bigEndian
            unsafe withUnsafePointer(to: &peer) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                    _ = unsafe sendto(socket, room, count, 0, pointer, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
        }
    }
}
