public import DTLS
import ICE
import PeerConnection
import RTP
public import SDP
public import Units

/// A whole client of the SFU, without a browser: it offers, connects, sends a microphone and a camera, plays what comes on
/// its slots, repairs and complains as a browser does, and notes what was wrong. For tests and load.
///
/// Sans-IO and seeded: the same seed does the same. Send `offer` to the server and give its answer to `take`; then call
/// `receive` with every datagram, and `poll` until it has nothing more: after each call and at `nextDeadline`.
public struct SimulatedMediaClient: ~Copyable {
    /// What a client is like.
    public struct Configuration: Sendable {
        /// Marks its frames; unique among the clients of a world.
        public var number: UInt32
        public var seed: UInt64
        /// Its own addresses.
        public var addresses: [TransportAddress]
        public var audioSlots = 2
        public var videoSlots = 2
        public var video = VideoShape()
        /// Between packets of sound.
        public var audioInterval = Duration.milliseconds(20)

        public init(number: UInt32, seed: UInt64, addresses: [TransportAddress]) {
            self.number = number
            self.seed = seed
            self.addresses = addresses
        }
    }

    /// What the client's own media met.
    public struct Statistics: Hashable, Sendable {
        public var packetsSent = 0
        /// Packets of SSRCs that no answer named.
        public var strays = 0
        /// Packets that transport-wide feedback said arrived, and did not.
        public var reportedArrived = 0
        public var reportedLost = 0
        /// Receiver reports about own streams, and the loss that the latest told, in 256ths.
        public var receiverReports = 0
        public var fractionLost: UInt8 = 0
        /// The latest REMB, bits per second.
        public var estimate: UInt64?
        /// NACKed packets.
        public var nacked = 0
        /// RTCP that was no RTCP.
        public var malformedControl = 0
    }

    public let configuration: Configuration
    let identity: DTLSIdentity
    var random: SplitMix64
    var transport: ClientTransport?
    var microphone: AudioSource
    var camera: VideoSource
    public internal(set) var slots: [ReceiveSlot] = []
    public internal(set) var statistics = Statistics()
    /// By SSRC: the slot, and whether it is of retransmissions.
    var bySSRC: [UInt32: (slot: Int, isRepair: Bool)] = [:]
    var arrivals = ArrivalLog()
    var transportSequence: SequenceNumber
    var outbox: [(packet: OutgoingPacket, mid: String)] = []
    var controls: [[UInt8]] = []
    var nextReport: Timestamp?
    var nextFeedback: Timestamp?
    private var addresses: [TransportAddress]
    private var servers: [TransportAddress] = []
    private var version: UInt64 = 0
    private var generation = 0
    private var answeredGeneration = 0
    private var ice: ICEParameters

    public init(_ configuration: Configuration, identity: DTLSIdentity) {
        self.configuration = configuration
        self.identity = identity
        random = SplitMix64(seed: configuration.seed)
        let number = configuration.number
        microphone = AudioSource(
            number: number,
            payloadType: MediaNumbers.opus,
            interval: configuration.audioInterval,
            using: &random
        )
        camera = VideoSource(
            number: number,
            payloadType: MediaNumbers.vp8,
            repair: MediaNumbers.repair,
            shape: configuration.video,
            using: &random
        )
        transportSequence = SequenceNumber(UInt16(truncatingIfNeeded: random.next()))
        addresses = configuration.addresses
        ice = Self.credentials(number, 0, &random)
        addSlots(audio: configuration.audioSlots, video: configuration.videoSlots)
    }

    public var isMicrophoneOn: Bool {
        get { microphone.isOn }
        set { microphone.isOn = newValue }
    }

    public var isCameraOn: Bool {
        get { camera.isOn }
        set { camera.isOn = newValue }
    }

    /// 0 is the loudest, 127 silence.
    public var level: UInt8 {
        get { microphone.level }
        set { microphone.level = newValue }
    }

    public var isEstablished: Bool {
        switch transport {
        case .some(let transport): transport.isEstablished
        case .none: false
        }
    }

    public var selected: FiveTuple? {
        switch transport {
        case .some(let transport): transport.selected
        case .none: nil
        }
    }

    var handshakeDeadline: Timestamp? {
        switch transport {
        case .some(let transport): transport.nextDeadline
        case .none: nil
        }
    }

    /// Whether the link ended for good.
    public var isOver: Bool {
        switch transport {
        case .some(let transport): transport.isOver
        case .none: false
        }
    }

    public var keyFramesSent: Int { camera.keyFrames }
    /// PLIs and FIRs that came.
    public var keyFrameRequests: Int { camera.requests }
    public var retransmissionsSent: Int { camera.retransmissions }

    // MARK: - Negotiation

    /// The m-lines of what it sends.
    public static let microphoneMID = "0"
    public static let cameraMID = "1"

    /// More m-lines to receive on; they are in the next offer.
    public mutating func addSlots(audio: Int, video: Int) {
        for _ in 0..<audio { slots.append(ReceiveSlot(mid: String(slots.count + 2), isAudio: true)) }
        for _ in 0..<video { slots.append(ReceiveSlot(mid: String(slots.count + 2), isAudio: false)) }
    }

    /// New credentials in the next offer.
    public mutating func restartICE() {
        generation += 1
        ice = Self.credentials(configuration.number, generation, &random)
    }

    /// What goes to the server next.
    public mutating func offer() -> String {
        guard let fingerprint = CertificateFingerprint(.sha256, identity.fingerprint) else { return "" }
        version += 1
        var offer = MediaOffer(ice: ice, fingerprint: fingerprint, version: version)
        offer.add(.audio, mid: Self.microphoneMID, isSent: true, ssrcs: [microphone.numbers.ssrc.rawValue])
        let ssrcs = [camera.numbers.ssrc.rawValue, camera.repair.ssrc.rawValue]
        offer.add(.video, mid: Self.cameraMID, isSent: true, ssrcs: ssrcs)
        for slot in slots { offer.add(slot.isAudio ? .audio : .video, mid: slot.mid, isSent: false) }
        return offer.text
    }

    /// The server's answer to the latest offer. False when nothing can be made of it.
    public mutating func take(answer text: String, at now: Timestamp) throws(SDPError) -> Bool {
        let answer = try SessionDescription(parsing: text)
        for media in answer.media { takeSlot(media) }
        let said = answer.media.map(\.transport)
        guard let server = said.lazy.compactMap(\.ice).first, let local = RemoteCredentials(ice),
            let remote = RemoteCredentials(server)
        else { return false }
        guard transport != nil else {
            servers = answer.candidateAddresses
            transport = ClientTransport(
                identity: identity,
                local: local,
                remote: remote,
                fingerprints: said.flatMap(\.fingerprints).prefix(1).compactMap { CertificateHash($0.bytes) },
                seed: random.next()
            )
            for address in addresses { addPaths(from: address, at: now) }
            return !servers.isEmpty
        }
        if answeredGeneration != generation { transport?.restart(local: local, remote: remote, at: now) }
        answeredGeneration = generation
        return true
    }

    private mutating func takeSlot(_ media: MediaDescription) {
        guard let index = slots.firstIndex(where: { $0.mid == media.mid }), let ssrc = media.sources.first?.ssrc else {
            return
        }
        slots[index].ssrc = SSRC(ssrc)
        slots[index].stream = media.msids.first?.stream
        bySSRC[ssrc] = (index, false)
        guard let repair = media.sourceGroups.first?.ssrcs.last, repair != ssrc else { return }
        slots[index].repairSSRC = SSRC(repair)
        bySSRC[repair] = (index, true)
    }

    private static func credentials(_ number: UInt32, _ generation: Int, _ random: inout SplitMix64) -> ICEParameters {
        ICEParameters(
            userFragment: "c\(number)g\(generation)x",
            password: String(random.next() | 1 << 63, radix: 16) + String(random.next() | 1 << 63, radix: 16)
        )
    }

    // MARK: - Addresses

    /// A new network: checks go from there too.
    public mutating func add(address: TransportAddress, at now: Timestamp) {
        addresses.append(address)
        addPaths(from: address, at: now)
    }

    /// A network is gone.
    public mutating func remove(address: TransportAddress) {
        addresses.removeAll { $0 == address }
        transport?.remove(client: address)
    }

    /// Says goodbye.
    public mutating func close() { transport?.close() }

    private mutating func addPaths(from address: TransportAddress, at now: Timestamp) {
        for server in servers {
            transport?.add(FiveTuple(client: address, server: server, transport: .udp), at: now)
        }
    }
}

extension RemoteCredentials {
    init?(_ parameters: ICEParameters) {
        self.init(userFragment: parameters.userFragment, password: parameters.password)
    }
}
