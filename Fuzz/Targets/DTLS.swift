import DTLS
import Units

/// Datagrams (a byte for the path, one for the length, then the datagram) for a server that waits, or after an odd first byte
/// for one whose handshake is done. Nothing traps, nobody without the certificate gets keys, nothing waits without bound.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    guard let first = bytes.first else { return 0 }
    var server = DTLSTransport(.server, identity: Identities.server, fingerprints: [Identities.hash(Identities.client)])
    if first & 1 == 1 { connect(&server) }
    var offset = 1
    var now: UInt64 = 1_000_000_000
    while offset + 2 <= bytes.count {
        let length = Int(bytes[offset + 1]) << (bytes[offset] >> 6)
        let end = min(bytes.count, offset + 2 + length)
        let event = server.receive(
            bytes.span.extracting((offset + 2)..<end),
            on: path(bytes[offset] & 7),
            at: Timestamp(nanoseconds: now)
        )
        if case .established = event { preconditionFailure("keys for a stranger") }
        drain(&server)
        now += 30_000_000
        if let due = server.nextDeadline, due.nanoseconds <= now {
            if case .established = server.handleTimeout(at: due) { preconditionFailure("keys for nobody") }
        }
        offset = end
    }
    drain(&server)
    return 0
}

private enum Identities {
    static let server = identity()
    static let client = identity()

    private static func identity() -> DTLSIdentity {
        guard let identity = DTLSIdentity(wall: 1_795_000_000) else { preconditionFailure("there is memory") }
        return identity
    }

    static func hash(_ identity: DTLSIdentity) -> CertificateHash {
        guard let hash = CertificateHash(identity.fingerprint) else { preconditionFailure("32 bytes are it") }
        return hash
    }
}

private func path(_ number: UInt8) -> FiveTuple {
    FiveTuple(
        client: TransportAddress(IPAddress(v4: 0x0A00_0000 + UInt32(number)), port: 9),
        server: TransportAddress(IPAddress(v4: 0x0A00_0100), port: 9),
        transport: .udp
    )
}

private func drain(_ transport: inout DTLSTransport) {
    var room = [UInt8](repeating: 0, count: Limits.datagramBytes)
    var total = 0
    while true {
        var span = room.mutableSpan
        guard let (_, count) = transport.nextDatagram(into: &span) else { break }
        total += count
    }
    precondition(total <= 3 * Limits.queuedBytes, "too much waited")
}

/// A handshake without loss.
private func connect(_ server: inout DTLSTransport) {
    let now = Timestamp(nanoseconds: 1)
    var client = DTLSTransport(.client, identity: Identities.client, fingerprints: [Identities.hash(Identities.server)])
    client.start(on: path(0), at: now)
    var room = [UInt8](repeating: 0, count: Limits.datagramBytes)
    var isDone = false
    for _ in 0..<6 {
        while true {
            var span = room.mutableSpan
            guard let (_, count) = client.nextDatagram(into: &span) else { break }
            _ = server.receive(room.span.extracting(..<count), on: path(0), at: now)
        }
        while true {
            var span = room.mutableSpan
            guard let (_, count) = server.nextDatagram(into: &span) else { break }
            if case .established = client.receive(room.span.extracting(..<count), on: path(0), at: now) {
                isDone = true
            }
        }
    }
    precondition(isDone, "no handshake")
}
