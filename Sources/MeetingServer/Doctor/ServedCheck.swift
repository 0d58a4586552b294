import Foundation
import NIOCore
import NIOPosix
import NIOSSL
import TURN
import Units

/// Asks the server that runs, if one does: its page, its STUN, its TURN.
struct ServedCheck: Sendable {
    let options: ServeOptions
    /// This machine's addresses beside loopback.
    let own: [IPAddress]

    /// Of addresses asked; a machine with more has them in the same networks.
    private static let addresses = 4
    /// Bytes of an answer of `/healthz`.
    private static let answerBytes = 4_096

    /// Version and state of the Parley that serves the page's port; nil when none does, or another kind of server.
    func health() async -> Health? {
        let host =
            ["0.0.0.0", "localhost"].contains(options.host) ? "127.0.0.1" : options.host == "::" ? "::1" : options.host
        // Nobody is there, or nobody who speaks HTTP.
        guard let address = try? SocketAddress.makeAddressResolvingHost(host, port: options.port),
            let answer = try? await get("/healthz", at: address)
        else { return nil }
        return Health(answer)
    }

    /// What `/healthz` says.
    struct Health: Equatable, Sendable {
        var version: String
        var isDraining: Bool

        /// Reads `{"status":"ok","version":"1.0"}` behind a head; nil for anything else.
        init?(_ answer: String) {
            guard answer.hasPrefix("HTTP/1.1 200") || answer.hasPrefix("HTTP/1.1 503"),
                let status = Self.field("status", answer), let version = Self.field("version", answer)
            else { return nil }
            self.version = version
            isDraining = status != "ok"
        }

        private static func field(_ name: String, _ text: String) -> String? {
            guard let start = text.range(of: "\"\(name)\":\"") else { return nil }
            return String(text[start.upperBound...].prefix { $0 != "\"" })
        }
    }

    /// STUN at all addresses, TURN at the first, over everything that the options offer.
    ///
    /// - Parameter secret: nil when it could not be read.
    func findings(secret: TURNSecret?, unixSeconds now: Int64) async -> [Finding] {
        var findings: [Finding] = []
        for transport in [STUNProbe.Transport.udp, .tcp] { findings.append(await stun(transport)) }
        guard let secret else {
            return findings + [
                Finding(
                    "turn",
                    .warning,
                    "TURN was not asked: its secret is in the data directory \(options.data), which this user cannot read."
                )
            ]
        }
        let credentials = secret.credentials(for: "doctor", unixSeconds: now)
        for transport in options.tls == .off ? [.udp, .tcp] : STUNProbe.Transport.allCases {
            findings.append(await turn(transport, credentials))
        }
        return findings
    }

    private func stun(_ transport: STUNProbe.Transport) async -> Finding {
        var (good, bad): ([String], [String]) = ([], [])
        for address in [IPAddress(v4: 0x7F00_0001)] + own.prefix(Self.addresses) {
            do {
                _ = try await probe(transport, address).binding()
                good.append(address.description)
            } catch { bad.append("\(address) (\(reason(error)))") }
        }
        let check = "stun-\(transport.rawValue.lowercased())"
        let port = "\(options.mediaPort)/\(transport.rawValue)"
        guard !good.isEmpty else {
            return Finding(check, .bad, "STUN does not answer at port \(port): \(enumerated(bad)).")
        }
        guard bad.isEmpty else {
            return Finding(
                check,
                .warning,
                "STUN answers at port \(port) of \(enumerated(good)), but not of \(enumerated(bad))."
            )
        }
        return Finding(check, .good, "STUN answers at port \(port) of \(enumerated(good)).")
    }

    private func turn(_ transport: STUNProbe.Transport, _ credentials: RESTCredentials) async -> Finding {
        let address = own.first ?? IPAddress(v4: 0x7F00_0001)
        let check = "turn-\(transport.rawValue.lowercased())"
        let port = transport == .tls ? "\(options.port)/TCP, inside TLS," : "\(options.mediaPort)/\(transport.rawValue)"
        do {
            let relayed = try await probe(transport, address).allocate(credentials)
            let at = relayed.map { " at \($0.address)" } ?? ""
            return Finding(check, .good, "TURN opens a relay\(at) for whoever asks port \(port) of \(address).")
        } catch STUNProbe.Failure.refused(code: 401) {
            return Finding(
                check,
                .bad,
                "TURN at port \(port) does not take credentials of our secret: the server was started with another --turn-secret or --data."
            )
        } catch {
            return Finding(check, .bad, "TURN opens no relay at port \(port) of \(address): \(reason(error)).")
        }
    }

    private func probe(_ transport: STUNProbe.Transport, _ address: IPAddress) throws -> STUNProbe {
        // Over TLS the page's own address counts, which may be narrower than all.
        let isNarrow = transport == .tls && !["0.0.0.0", "::", "localhost"].contains(options.host)
        let port = transport == .tls ? options.port : options.mediaPort
        let host = isNarrow ? options.host : address.description
        return STUNProbe(server: try .makeAddressResolvingHost(host, port: port), transport: transport)
    }

    private func reason(_ error: any Error) -> String {
        (error as? STUNProbe.Failure).map(\.description) ?? "the connection was refused"
    }

    /// One request of HTTP/1.1, in TLS as the options say; returns the whole answer as text.
    private func get(_ path: String, at address: SocketAddress) async throws -> String {
        let isTLS = options.tls != .off
        return try await withPatience(.seconds(3), or: STUNProbe.Failure.noAnswer) {
            let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connect(to: address) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        if isTLS { try channel.pipeline.syncOperations.addHandler(NIOSSLClientHandler.trusting()) }
                        return try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                    }
                }
            return try await channel.executeThenClose { inbound, outbound in
                let request = "GET \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                try await outbound.write(ByteBuffer(string: request))
                var answer = ""
                for try await buffer in inbound where answer.utf8.count < Self.answerBytes {
                    answer += String(buffer: buffer)
                    if Health(answer) != nil { break }
                }
                return answer
            }
        }
    }
}
