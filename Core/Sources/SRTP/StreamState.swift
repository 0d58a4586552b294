/// What is kept of one SSRC: its indices of SRTP and of SRTCP, which count apart (RFC 3711 §3.2.3). Kept as long as the
/// keys, however quiet the SSRC is, so that its roll-over counter is never lost.
struct StreamState: BitwiseCopyable, Sendable {
    let ssrc: UInt32
    /// The indices of SRTP: roll-over counter and sequence number. 1,024 packets are two seconds of a large picture,
    /// within which a retransmission may come.
    var packets = ReplayWindow<16>()
    /// The indices of SRTCP.
    var control = ReplayWindow<2>()

    init(ssrc: UInt32) { self.ssrc = ssrc }

    /// The index that a sequence number most likely stands for: the nearest to the highest so far (RFC 3711 §3.3.1,
    /// appendix A). The first packet of an SSRC has roll-over counter 0, and no packet lies before that.
    ///
    /// Changes nothing. It is `mutating` so that the state is read where it stands, not copied for every packet.
    mutating func index(of sequenceNumber: UInt16) -> UInt64 {
        guard packets.isStarted else { return UInt64(sequenceNumber) }
        let (rollOver, last) = (packets.highest >> 16, Int(packets.highest & 0xFFFF))
        let step = Int(sequenceNumber) &- last
        if last < 0x8000 {
            return (step > 0x8000 && rollOver > 0 ? rollOver &- 1 : rollOver) << 16 | UInt64(sequenceNumber)
        }
        return (step < -0x8000 ? rollOver &+ 1 : rollOver) << 16 | UInt64(sequenceNumber)
    }
}
