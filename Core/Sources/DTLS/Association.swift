import COpenSSL
import Units

/// One handshake and what comes of it: OpenSSL's object, and the time that OpenSSL is not trusted with.
@safe
final class Association {
    enum State: Equatable {
        case handshaking, established, closed, failed
    }

    private let pointer: OpaquePointer
    /// Keeps what the pointer refers to alive.
    private let identity: DTLSIdentity
    /// Where its datagrams come from and go to.
    var path: FiveTuple
    private(set) var state = State.handshaking
    /// When the handshake is given up.
    let deadline: Timestamp
    private var retransmission: Timestamp?
    private var interval = Limits.firstRetransmission
    private var flight: UInt32 = 0
    private var retransmissions = 0
    /// Encrypted records that came before they could be understood.
    private var early: [[UInt8]] = []

    /// Nil without memory.
    init?(_ identity: DTLSIdentity, isServer: Bool, _ expected: [CertificateHash], on path: FiveTuple, _ now: Timestamp)
    {
        guard let pointer = unsafe parley_dtls_new(identity.pointer, isServer) else { return nil }
        unsafe self.pointer = pointer
        self.identity = identity
        self.path = path
        deadline = now + Limits.handshake
        for hash in expected.prefix(Limits.fingerprints) {
            unsafe hash.bytes.withUnsafeBufferPointer { bytes in
                guard let start = bytes.baseAddress else { return }
                _ = unsafe parley_dtls_expect(pointer, start, bytes.count)
            }
        }
    }

    deinit { unsafe parley_dtls_free(pointer) }

    /// Begins the handshake as client.
    func start(_ now: Timestamp) {
        unsafe settle(parley_dtls_start(pointer), now)
    }

    /// Takes a plain record.
    func receive(_ record: Span<UInt8>, _ now: Timestamp) {
        feed(record, now)
        while takesEncrypted, let first = early.first {
            early.removeFirst()
            feed(first.span, now)
        }
    }

    /// Takes an encrypted record, later when it cannot be understood yet; false when too many of those wait.
    func receiveEncrypted(_ record: Span<UInt8>, _ now: Timestamp) -> Bool {
        if takesEncrypted {
            feed(record, now)
            return true
        }
        let waiting = early.reduce(record.count) { $0 &+ $1.count }
        guard early.count < Limits.earlyRecords, waiting <= Limits.earlyBytes else { return false }
        early.append(record.indices.map { record[$0] })
        return true
    }

    private var takesEncrypted: Bool { unsafe parley_dtls_takes_encrypted(pointer) }

    private func feed(_ record: Span<UInt8>, _ now: Timestamp) {
        let result = unsafe record.withUnsafeBufferPointer { bytes in
            guard let start = bytes.baseAddress else { return PARLEY_DTLS_HANDSHAKING }
            return unsafe parley_dtls_receive(pointer, start, bytes.count)
        }
        settle(result, now)
    }

    private func settle(_ result: parley_dtls_state, _ now: Timestamp) {
        switch result {
        case PARLEY_DTLS_ESTABLISHED: state = .established
        case PARLEY_DTLS_CLOSED: state = .closed
        case PARLEY_DTLS_FAILED: state = .failed
        default: state = .handshaking
        }
        if state != .handshaking { early = [] }
        var flight: UInt32 = 0
        guard unsafe parley_dtls_waits(pointer, &flight) else {
            retransmission = nil
            return
        }
        guard flight != self.flight || retransmission == nil else { return }
        self.flight = flight
        retransmissions = 0
        interval = Limits.firstRetransmission
        retransmission = now + interval
    }

    // MARK: - Time

    var nextDeadline: Timestamp? {
        switch state {
        case .handshaking: retransmission.map { min($0, deadline) } ?? deadline
        case .established: retransmission
        case .closed, .failed: nil
        }
    }

    /// Sends the last flight again when that is due.
    func retransmit(_ now: Timestamp) {
        guard let due = retransmission, due <= now, retransmissions < Limits.retransmissions else { return }
        interval = min(interval * 2, Limits.longestRetransmission)
        retransmissions += 1
        let next = retransmissions < Limits.retransmissions ? now + interval : deadline
        unsafe settle(parley_dtls_retransmit(pointer), now)
        if retransmission != nil { retransmission = next }
    }

    // MARK: - What comes out

    /// The next datagram to send; nil when there is none.
    func take(into room: inout MutableSpan<UInt8>) -> Int? {
        let count = unsafe room.withUnsafeMutableBufferPointer { room in
            guard let start = room.baseAddress else { return 0 }
            return unsafe parley_dtls_take(pointer, start, room.count)
        }
        return count == 0 ? nil : count
    }

    /// The keys; nil before the end of the handshake, for a certificate that was not expected, or without a profile that
    /// both ends have. What only the handshake needed is given back.
    func export() -> SRTPKeyingMaterial? {
        guard let profile = unsafe SRTPProtectionProfile(rawValue: parley_dtls_profile(pointer)) else { return nil }
        var material = [UInt8](repeating: 0, count: 2 * (profile.keyLength + profile.saltLength))
        let isDone = unsafe material.withUnsafeMutableBufferPointer { room in
            guard let start = room.baseAddress else { return false }
            return unsafe parley_dtls_export(pointer, start, room.count)
        }
        guard isDone else { return nil }
        unsafe parley_dtls_compact(pointer)
        return SRTPKeyingMaterial(profile, material.span)
    }

    /// Datagrams that were dropped because too many waited.
    var dropped: Int { unsafe Int(parley_dtls_dropped(pointer)) }

    /// Says goodbye.
    func close() {
        unsafe parley_dtls_shutdown(pointer)
        state = .closed
    }
}
