public import DTLS
public import ICE
public import PeerConnection
import RTP
public import SRTP
public import Units

/// A browser's end of a link to the SFU: the full agent of ICE, the client of DTLS, and SRTP. For simulations, load clients
/// and tests.
///
/// Sans-IO: call `receive` with what comes, `poll` until it has nothing more, and `handleTimeout` at `nextDeadline`.
public struct ClientTransport: ~Copyable {
    private let identity: DTLSIdentity
    private var ice: ICEClient
    private var dtls: DTLSTransport
    private var ciphers: SessionCiphers?
    private var hasStarted = false
    /// The handshake failed for good, or the server said goodbye.
    public private(set) var isOver = false
    /// Packets that could not be unprotected.
    public private(set) var refused = 0

    /// `remote` and `fingerprints` are those of the answer.
    public init(
        identity: DTLSIdentity,
        local: RemoteCredentials,
        remote: RemoteCredentials,
        fingerprints: [CertificateHash],
        seed: UInt64
    ) {
        self.identity = identity
        ice = ICEClient(local: local, remote: remote, seed: seed)
        dtls = DTLSTransport(.client, identity: identity, fingerprints: fingerprints)
    }

    public var selected: FiveTuple? { ice.selected }
    public var isEstablished: Bool { ciphers != nil }

    /// `path.client` is an own address, `path.server` a candidate of the answer's.
    public mutating func add(_ path: FiveTuple, at now: Timestamp) { ice.add(path, at: now) }

    /// An own address is gone.
    public mutating func remove(client address: TransportAddress) { ice.remove(client: address) }

    public mutating func nominate(_ path: FiveTuple, at now: Timestamp) { ice.nominate(path, at: now) }

    /// ICE restart; DTLS and SRTP stay as they are.
    public mutating func restart(local: RemoteCredentials, remote: RemoteCredentials, at now: Timestamp) {
        ice.restart(local: local, remote: remote, at: now)
    }

    /// Takes a datagram; media is decrypted where it stands.
    public mutating func receive(_ bytes: inout MutableSpan<UInt8>, on path: FiveTuple, at now: Timestamp) -> Reception
    {
        guard bytes.count > 0 else { return .nothing }
        switch bytes[0] {
        case 0...3:
            _ = ice.receive(bytes.span, on: path, at: now)
            startWhenReady(now)
        case 20...63: settle(dtls.receive(bytes.span, on: path, at: now))
        case 128...191: return receiveMedia(&bytes)
        default: break
        }
        return .nothing
    }

    private mutating func receiveMedia(_ bytes: inout MutableSpan<UInt8>) -> Reception {
        do throws(UnprotectError) {
            if RTCPCompound.begins(bytes.span) {
                guard let count = try ciphers?.receiver.unprotectControl(&bytes) else { return .nothing }
                return .control(count)
            }
            guard let packet = try ciphers?.receiver.unprotect(&bytes) else { return .nothing }
            return .media(packet)
        } catch {
            refused += 1
            return .nothing
        }
    }

    /// The next datagram of ICE or DTLS.
    public mutating func poll(
        at now: Timestamp,
        into room: inout MutableSpan<UInt8>
    ) -> (path: FiveTuple, count: Int)? {
        ice.poll(at: now, into: &room) ?? dtls.nextDatagram(into: &room)
    }

    public var nextDeadline: Timestamp? {
        [ice.nextDeadline, dtls.nextDeadline].compactMap(\.self).min()
    }

    public mutating func handleTimeout(at now: Timestamp) {
        guard let due = dtls.nextDeadline, due <= now else { return }
        settle(dtls.handleTimeout(at: now))
    }

    /// Says goodbye.
    public mutating func close() {
        dtls.close()
        isOver = true
    }

    /// See `SRTPSender.protect`; without keys it throws `cipher`.
    public mutating func protect(
        header: Int,
        payload: Span<UInt8>,
        into room: inout MutableSpan<UInt8>
    ) throws(ProtectError) -> Int {
        guard let count = try ciphers?.sender.protect(header: header, payload: payload, into: &room) else {
            throw .cipher
        }
        return count
    }

    /// See `SRTPSender.protectControl`; without keys it throws `cipher`.
    public mutating func protectControl(count: Int, in room: inout MutableSpan<UInt8>) throws(ProtectError) -> Int {
        guard let count = try ciphers?.sender.protectControl(count: count, in: &room) else { throw .cipher }
        return count
    }

    // MARK: - DTLS

    private mutating func startWhenReady(_ now: Timestamp) {
        guard let selected = ice.selected else { return }
        if hasStarted {
            dtls.move(to: selected)
        } else {
            hasStarted = true
            dtls.start(on: selected, at: now)
        }
    }

    private mutating func settle(_ event: DTLSEvent) {
        switch event {
        case .none, .attemptFailed: break
        case .established(let keys, _): ciphers = SessionCiphers(keys, isServer: false)
        case .failed, .closed: isOver = true
        }
    }
}
