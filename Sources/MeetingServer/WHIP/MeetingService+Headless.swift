import Meeting
import SDP

// WHIP and WHEP: each session is a connection of the meeting's that says nothing.
extension MeetingService {
    /// Somebody publishes or watches. Returns when he is in, or is not let in.
    func enter(
        _ request: HeadlessRequest,
        offer: SessionDescription,
        address: TokenHash,
        isLimited: Bool,
        host: ReachedHost?
    ) async -> HeadlessSession.Outcome {
        let connection = headless.nextConnection()
        let secret = String(random.next() as UInt64, radix: 16) + "-" + String(random.next() as UInt64, radix: 16)
        let kind: HeadlessSession.Kind = request.purpose == .ingest ? .whip : .whep
        let name = HeadlessSession.Name(kind: kind, room: request.room, secret: secret)
        return await withCheckedContinuation { continuation in
            headless[connection] = HeadlessSession(name, offer: offer, continuation)
            reachedAt.set(host, for: connection)
            let moment = clock.moment
            perform(
                manager.enter(
                    request,
                    on: connection,
                    address: address,
                    isLimited: isLimited,
                    at: moment,
                    random: &random
                )
            )
        }
    }

    /// What a session is about now: its ICE session; nil when there is none of that name.
    func iceSession(_ name: HeadlessSession.Name) -> String? {
        headless.connection(name).flatMap { headless[$0]?.iceSession }
    }

    /// The client of a session restarts ICE (RFC 9725 §4.3.2). Nil when there is no such session.
    func restart(_ name: HeadlessSession.Name, _ ice: ICEParameters) async -> HeadlessSession.Outcome? {
        guard let connection = headless.connection(name), let session = headless[connection] else { return nil }
        guard !session.isWaiting else {
            return .refused(.rateLimited, "Another request of this session is not answered yet.", .later)
        }
        let offer = session.offer.restarted(ice)
        return await withCheckedContinuation { continuation in
            headless[connection]?.propose(offer, continuation)
            let tracks = name.kind == .whip ? HeadlessOffer.tracks(of: offer) : []
            perform(manager.renegotiate(connection, sdp: offer.text, tracks: tracks, at: clock.moment))
        }
    }

    /// The client ends a session; false when there is none of that name.
    func end(_ name: HeadlessSession.Name) -> Bool {
        guard let connection = headless.connection(name) else { return false }
        hangUp(connection)
        return true
    }

    /// A session is over, for whatever reason.
    func hangUp(_ connection: ConnectionID) {
        headless[connection]?.end()
        headless[connection] = nil
        perform(manager.hangUp(connection, at: clock.moment, random: &random))
        reachedAt.set(nil, for: connection)
    }
}
