import SDP

/// What the server sends with on the m-lines that a client receives on. Each m-line has its names for its whole life, so
/// that a slot's content can change without a new description; no name is given twice.
struct SlotNames: Sendable {
    /// By mid.
    private(set) var sources: [String: SlotSource] = [:]
    private var taken: Set<UInt32> = []
    private var audio = 0
    private var video = 0
    private let cname: String

    init(cname: String) { self.cname = cname }

    /// Names the receive lines of an offer that have no names yet. Audio and video lines count apart, and those of equal
    /// number are one stream: a browser syncs the two when one participant's microphone and camera are there.
    mutating func name(_ offer: SessionDescription, using generator: inout some RandomNumberGenerator) {
        let mids = Set(offer.media.map(\.mid))
        sources = sources.filter { mids.contains($0.key) }
        let others = Set(offer.media.flatMap(\.sources).map(\.ssrc))
        for media in offer.media where media.direction.receives && !media.isRejected && sources[media.mid] == nil {
            guard audio + video < Limits.slots else { return }
            let number: Int
            switch media.kind {
            case .audio:
                number = audio
                audio += 1
            case .video:
                number = video
                video += 1
            case .other: continue
            }
            sources[media.mid] = SlotSource(
                ssrc: draw(besides: others, using: &generator),
                repairSSRC: media.kind == .video ? draw(besides: others, using: &generator) : nil,
                cname: cname,
                msid: MSID(stream: "slot-\(number)", track: "slot-\(number)-\(media.kind.name)")
            )
        }
    }

    /// A number that nothing on the link has. Some hundred of 2^32 are taken, so it is found soon.
    private mutating func draw(besides others: Set<UInt32>, using generator: inout some RandomNumberGenerator) -> UInt32
    {
        while true {
            let ssrc = UInt32(truncatingIfNeeded: generator.next() >> 32)
            guard ssrc != 0, !others.contains(ssrc), taken.insert(ssrc).inserted else { continue }
            return ssrc
        }
    }
}
