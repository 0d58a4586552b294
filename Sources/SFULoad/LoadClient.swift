package import DTLS
import ICE
import PeerConnection
import RTP
import SDP
import Simulation
import TurnLoad
package import Units

/// One participant of a benchmark: a real link (ICE, DTLS, SRTP) over a socket and an address of its own; sends a camera and
/// a microphone, counts what comes.
///
/// Cheap, because it shares the machine with what it measures: of what comes only one packet in `sample` is decrypted; the
/// rest is counted by its header, which SRTP leaves in the clear.
package final class LoadClient {
    /// Of so many packets of a slot one is decrypted and its way timed.
    static let sample = 16
    private static let feedbackInterval = Duration.milliseconds(100)

    package let number: Int
    let socket: LoadSocket
    let path: FiveTuple
    private let identity: DTLSIdentity
    private let ice: ICEParameters
    private let slotCounts: (audio: Int, video: Int)
    var transport: ClientTransport?
    var sources: LoadSources
    /// By SSRC.
    var slots: [UInt32: LoadSlot] = [:]
    var arrivals = ArrivalLog()
    private var nextFeedback = Timestamp(nanoseconds: 0)
    /// Packets whose tag was wrong, or that no slot is for.
    package internal(set) var faults = 0

    /// `number` makes its address: 127.1.0.0 and so many.
    package init(
        number: Int,
        server: TransportAddress,
        identity: DTLSIdentity,
        audioSlots: Int,
        videoSlots: Int
    ) throws {
        self.number = number
        self.identity = identity
        slotCounts = (audioSlots, videoSlots)
        let address = 0x7F01_0000 + UInt32(number)
        socket = try LoadSocket(at: address)
        socket.connect(to: server)
        let own = TransportAddress(IPAddress(v4: address), port: socket.port)
        path = FiveTuple(client: own, server: server, transport: .udp)
        ice = ICEParameters(userFragment: "load\(number)", password: "a-password-of-many-bytes-\(number)")
        sources = LoadSources(number: number)
    }

    package var descriptor: Int32 { socket.descriptor }

    /// What it offers: a microphone, a camera, then its slots.
    package var offer: String {
        guard let fingerprint = CertificateFingerprint(.sha256, identity.fingerprint) else { return "" }
        var offer = MediaOffer(ice: ice, fingerprint: fingerprint, version: 1)
        offer.add(.audio, mid: "0", isSent: true, ssrcs: [sources.audioSSRC.rawValue])
        offer.add(.video, mid: "1", isSent: true, ssrcs: [sources.videoSSRC.rawValue, sources.repairSSRC.rawValue])
        for index in 0..<slotCounts.audio { offer.add(.audio, mid: "\(2 + index)", isSent: false) }
        for index in 0..<slotCounts.video {
            offer.add(.video, mid: "\(2 + slotCounts.audio + index)", isSent: false)
        }
        return offer.text
    }

    /// The m-lines of its slots.
    package func audioLine(_ slot: Int) -> UInt8 { UInt8(2 + slot) }
    package func videoLine(_ slot: Int) -> UInt8 { UInt8(2 + slotCounts.audio + slot) }

    /// Takes the answer and begins to connect. False when nothing can be made of it.
    package func take(answer text: String, at now: Timestamp) -> Bool {
        // Why not is the server's bug, and seen in its tests.
        guard let answer = try? SessionDescription(parsing: text),
            let said = answer.media.first?.transport, let server = said.ice,
            let local = RemoteCredentials(userFragment: ice.userFragment, password: ice.password),
            let remote = RemoteCredentials(userFragment: server.userFragment, password: server.password)
        else { return false }
        for media in answer.media where Int(media.mid).map({ $0 > 1 }) == true {
            guard let ssrc = media.sources.first?.ssrc else { continue }
            slots[ssrc] = LoadSlot()
        }
        var transport = ClientTransport(
            identity: identity,
            local: local,
            remote: remote,
            fingerprints: said.fingerprints.compactMap { CertificateHash($0.bytes) },
            seed: UInt64(number)
        )
        transport.add(path, at: now)
        self.transport = consume transport
        return true
    }

    package var isEstablished: Bool {
        switch transport {
        case .some(let transport): transport.isEstablished
        case .none: false
        }
    }

    /// Sends what ICE and DTLS have, and feedback about what came. `room` is where packets are written, 2,048 bytes.
    package func maintain(at now: Timestamp, in room: inout [UInt8]) {
        transport?.handleTimeout(at: now)
        while true {
            var span = room.mutableSpan
            guard let (_, count) = transport?.poll(at: now, into: &span) else { break }
            socket.send(room, count: count)
        }
        guard isEstablished, !arrivals.isEmpty, now >= nextFeedback else { return }
        nextFeedback = now + Self.feedbackInterval
        while true {
            var span = room.mutableSpan
            guard let count = arrivals.write(from: sources.audioSSRC, about: sources.audioSSRC, to: &span),
                let total = try? transport?.protectControl(count: count, in: &span)  // one less tells less
            else { return }
            socket.send(room, count: total)
        }
    }

    package func close() { socket.close() }

    /// Begins to count anew.
    package func reset() {
        for ssrc in slots.keys { slots[ssrc]?.reset() }
        sources.sent = 0
        faults = 0
    }

    package var sent: Int { sources.sent }
    package var received: Int { slots.values.reduce(0) { $0 + $1.received } }
    /// Of the numbers between the first and the last of each slot, those that never came.
    package var lost: Int { slots.values.reduce(0) { $0 + $1.lost } }
    /// Packets decrypted, all of them authentic.
    package var verified: Int { slots.values.reduce(0) { $0 + $1.verified } }
    /// Key frames that were asked for.
    package var requests: Int { sources.requests }
}
