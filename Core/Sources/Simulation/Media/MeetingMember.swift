import PeerConnection
import SFU
import Units

/// One client of a simulated meeting, with its network and with what the control plane knows of it.
final class MeetingMember {
    let number: UInt32
    let key: TransportKey
    var client: SimulatedMediaClient
    var negotiator: Negotiator
    var up: LossyLink
    var down: LossyLink
    /// Its own address, and the one that the server sees: there is a NAT between them.
    var address: TransportAddress
    var outside: TransportAddress
    /// The client runs. One that is not here may still have a link at the server.
    var isHere = true
    /// The server has its link.
    var isOpen = true
    /// What the unit said last.
    var isConnected = false
    /// An answer on its way to the client.
    var answer: (due: Timestamp, text: String)?
    /// Another offer is to follow.
    var wantsOffer = false
    var wantsRestart = false
    /// When the control plane takes notice that it is not here any more.
    var closing: Timestamp?
    /// When a client that is still without keys begins anew.
    let retry: Timestamp
    /// Slots that the client knows to be agreed.
    var agreedSlots = 0
    /// Whom each slot shows, by the slot's index.
    var shown: [Int: UInt32] = [:]
    var isMicrophonePaused = false
    var isCameraPaused = false

    init(
        _ client: consuming SimulatedMediaClient,
        _ negotiator: Negotiator,
        key: TransportKey,
        outside: TransportAddress,
        links: (up: LossyLink, down: LossyLink),
        retry: Timestamp
    ) {
        self.retry = retry
        number = client.configuration.number
        address = client.configuration.addresses.first ?? outside
        self.client = client
        self.negotiator = negotiator
        self.key = key
        self.outside = outside
        up = links.up
        down = links.down
    }

    /// The m-line of a slot: the first two are the microphone's and the camera's.
    static func line(ofSlot index: Int) -> UInt8 { UInt8(truncatingIfNeeded: index + 2) }

    func track(ofSlot index: Int) -> TrackKey { TrackKey(transport: key, line: Self.line(ofSlot: index)) }
    func source(isAudio: Bool) -> TrackKey { TrackKey(transport: key, line: isAudio ? 0 : 1) }

    /// Whether others should get something of it.
    func sends(isAudio: Bool) -> Bool {
        isHere && isOpen && (isAudio ? client.isMicrophoneOn : client.isCameraOn)
            && !(isAudio ? isMicrophonePaused : isCameraPaused)
    }

    func slots(isAudio: Bool) -> [Int] { (0..<agreedSlots).filter { client.slots[$0].isAudio == isAudio } }
}
