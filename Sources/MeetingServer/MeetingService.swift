import Logging
import Meeting
import ServiceLifecycle
import Storage
import Units
import WebSocket

/// The one actor of the control plane: owns the `MeetingManager`, feeds it what happens, and performs the effects of each
/// transition after it has returned. One actor, many values: there is no reentrancy to reason about.
///
/// Connections call `opened`, `receive`, `heard`, `closed` from their own tasks; `run` brings the time and what the disk answers.
actor MeetingService: Service {
    var manager: MeetingManager
    var random = SystemRandomNumberGenerator()
    private var lines: [ConnectionID: Line] = [:]
    /// Lines that wait for the disk.
    private var holding: Set<ConnectionID> = []
    let reachedAt: ReachedAt
    private let media: MediaControl
    private var links: SFULinks
    /// Sessions of WHIP and WHEP.
    var headless = HeadlessSessions()
    private let store: MeetingStore
    let clock: SystemClock
    private let chatDays: Int
    private let logger: Logger

    /// Writes handed to the store, and how many of them, without a gap, it has answered.
    private var written: UInt64 = 0
    private var settled: UInt64 = 0
    /// Answers that came before an earlier write's: refusals do not wait in line.
    private var answered: Set<UInt64> = []
    private let answers: AsyncStream<StoreAnswer>
    private let answersContinuation: AsyncStream<StoreAnswer>.Continuation

    init(
        configuration: MeetingManager.Configuration,
        reachedAt: ReachedAt,
        media: MediaControl,
        store: MeetingStore,
        chatDays: Int,
        clock: SystemClock = SystemClock(),
        logger: Logger
    ) {
        manager = MeetingManager(configuration: configuration)
        self.reachedAt = reachedAt
        self.media = media
        links = SFULinks(media.sfu)
        self.store = store
        self.chatDays = chatDays
        self.clock = clock
        self.logger = logger
        (answers, answersContinuation) = AsyncStream.makeStream()
    }

    /// What the store said to one write.
    private struct StoreAnswer: Sendable {
        let number: UInt64
        let ticket: Ticket?
        let isOnDisk: Bool
    }
}

// MARK: - Running

extension MeetingService {
    /// Brings back the meetings that were going on when the server stopped; call before the first connection.
    func restore() async throws {
        let rooms = try await store.roomsWithSeats()
        for record in rooms {
            perform(manager.loaded(record.settings.name, record: record, at: clock.moment, random: &random))
        }
        guard !rooms.isEmpty else { return }
        logger.info("Meetings restored", metadata: ["rooms": "\(rooms.count)"])
    }

    /// Runs until the server stops; the last of the services to do so, so that what connections say at the end is stored.
    func run() async throws {
        await withTaskGroup { group in
            group.addTask { await self.hearAnswers() }
            group.addTask { await self.hearMedia() }
            group.addTask { await self.tickEverySecond() }
            group.addTask { await self.expireChatHourly() }
            // Thrown only when the server is cancelled instead of shut down; both end here.
            try? await gracefulShutdown()
            group.cancelAll()
        }
        await store.close()
    }

    private func hearAnswers() async {
        for await answer in answers {
            answered.insert(answer.number)
            while answered.remove(settled + 1) != nil { settled += 1 }
            release()
            guard let ticket = answer.ticket else { continue }
            perform(manager.stored(ticket, isOnDisk: answer.isOnDisk))
        }
    }

    private func hearMedia() async {
        for await event in media.events {
            let moment = clock.moment
            switch links.news(event, at: moment.now) {
            case .connected(let participant, let isConnected):
                perform(manager.sfuConnected(participant, isConnected, at: moment))
            case .track(let participant, let source, let isLive):
                perform(manager.sfuTrack(participant, source, isLive: isLive, at: moment))
            case .speaking(let room, let participants):
                perform(manager.sfuSpeaking(room, participants, at: moment))
            case nil: break
            }
        }
    }

    private func tickEverySecond() async {
        while !Task.isCancelled {
            perform(manager.tick(at: clock.moment, random: &random))
            release()
            do { try await Task.sleep(for: .seconds(1)) } catch { return }
        }
    }

    private func expireChatHourly() async {
        while !Task.isCancelled {
            let now = clock.moment.wall
            do {
                let expired = try await store.deleteExpired(
                    chatOlderThan: now - UnixMilliseconds(chatDays) * 86_400_000,
                    now: now
                )
                if expired.messages + expired.rooms > 0 {
                    logger.info(
                        "Old data deleted",
                        metadata: ["messages": "\(expired.messages)", "rooms": "\(expired.rooms)"]
                    )
                }
            } catch  where !Task.isCancelled {
                logger.warning("Old data could not be deleted", metadata: ["reason": "\(error)"])
            } catch { return }  // the server stops
            do { try await Task.sleep(for: .seconds(3_600)) } catch { return }
        }
    }

    /// The server is about to stop: everybody is told to come back soon. Seats stay on disk.
    func drain() {
        guard !manager.isDraining else { return }
        perform(manager.drain(at: clock.moment))
    }
}

// MARK: - Connections

extension MeetingService {
    /// A WebSocket was accepted.
    ///
    /// - Parameter host: the name or address that the client reached this server by.
    func opened(_ session: WebSocketSession, address: TokenHash, isLimited: Bool, host: ReachedHost?) {
        let connection = ConnectionID(session.id)
        lines[connection] = Line(session: session)
        reachedAt.set(host, for: connection)
        manager.opened(connection, address: address, isLimited: isLimited, at: clock.moment)
    }

    /// A text frame came.
    func receive(_ text: [UInt8], from session: WebSocketSession) {
        perform(manager.receive(text, from: ConnectionID(session.id), at: clock.moment, random: &random))
    }

    /// A pong came.
    func heard(from session: WebSocketSession) {
        perform(manager.heard(from: ConnectionID(session.id)))
    }

    /// The WebSocket has ended.
    func closed(_ session: WebSocketSession) {
        let connection = ConnectionID(session.id)
        var (wasClean, isGoingAway) = (false, false)
        if case .closedByPeer(let code, reason: _) = session.outcome {
            (wasClean, isGoingAway) = (true, code == .goingAway)
        }
        lines[connection] = nil
        perform(manager.closed(connection, wasClean: wasClean, isGoingAway: isGoingAway, at: clock.moment))
        reachedAt.set(nil, for: connection)
    }

    /// What a stranger may know of a room.
    func glance(at room: RoomName) -> RoomGlance { manager.glance(at: room) }

    /// What the metrics say of the control plane.
    func tally() -> MeetingTally {
        MeetingTally(census: manager.census, counters: manager.counters, joinTimes: links.joinTimes)
    }
}

// MARK: - Effects

extension MeetingService {
    func perform(_ effects: [Effect]) {
        guard !effects.isEmpty else { return }
        var broadcast = WebSocketBroadcast()
        var replies: [SFULinks.Reply] = []
        var over: [ConnectionID] = []
        for effect in effects {
            switch effect {
            case .send(let message, let seq, let re, let all):
                let (receivers, ended) = headless.hear(message, all)
                over += ended
                guard !receivers.isEmpty else { continue }
                let frame = WebSocketMessage(utf8: message.text(seq: seq, re: re))
                // An answer is waited for: it is never replaced.
                let key = re == nil ? message.coalescingKey : nil
                for receiver in receivers {
                    deliver(.message(frame, key), to: receiver, &broadcast)
                }
            case .hold(let connection): hold(connection)
            case .ping(let connection): deliver(.ping, to: connection, &broadcast)
            case .close(let connection, let code):
                if headless[connection] != nil { over.append(connection) }
                deliver(.close(code), to: connection, &broadcast)
            case .store(let changes, let ticket): write(changes, ticket)
            case .departed(let participant): media.revoke(participant)
            case .load(let room): Task { await self.load(room) }
            case .sfu(let order): if let reply = links.perform(order, at: clock.moment.now) { replies.append(reply) }
            }
        }
        broadcast.flush()
        for reply in replies { perform(followUp(reply)) }
        for connection in over { hangUp(connection) }
    }

    /// Tells the meeting what came of an offer to the SFU.
    private func followUp(_ reply: SFULinks.Reply) -> [Effect] {
        switch reply {
        case .answered(let participant, let neg, let sdp, let lines):
            manager.sfuAnswered(participant, neg: neg, sdp: sdp, lines: lines, at: clock.moment)
        case .refused(let participant, let neg, let code, let sentence):
            manager.sfuRefused(participant, neg: neg, code: code, sentence, at: clock.moment)
        }
    }

    private func write(_ changes: [StoredChange], _ ticket: Ticket?) {
        written += 1
        let number = written
        store.enqueue(changes) { [answersContinuation] outcome in
            answersContinuation.yield(.init(number: number, ticket: ticket, isOnDisk: outcome == .stored))
        }
    }

    private func load(_ room: RoomName) async {
        do {
            let record = try await store.load(room: room)
            perform(manager.loaded(room, record: record, at: clock.moment, random: &random))
        } catch {
            logger.error("A room could not be read", metadata: ["reason": "\(error)"])
            perform(manager.loadFailed(room, at: clock.moment))
        }
    }

    private func deliver(_ item: Line.Item, to connection: ConnectionID, _ broadcast: inout WebSocketBroadcast) {
        guard let line = lines[connection] else { return }
        guard line.hold != nil else { return item.send(to: line.session, &broadcast) }
        guard lines[connection]?.keep(item) == true else {
            lines[connection] = nil
            return line.session.close(.tryAgainLater, reason: "The server's disk is too slow.")
        }
    }

    private func hold(_ connection: ConnectionID) {
        guard written > settled, lines[connection] != nil else { return }
        let since = lines[connection]?.hold?.since ?? clock.moment.now
        lines[connection]?.hold = .init(until: written, since: since)
        holding.insert(connection)
    }

    /// Lets go what waited for writes that are answered now, or for too long.
    private func release() {
        let now = clock.moment.now
        for connection in holding {
            let isStillHeld = lines[connection]?.hold.map { $0.until > settled && now - $0.since < Line.longestHold }
            guard isStillHeld != true else { continue }
            holding.remove(connection)
            lines[connection]?.letGo()
        }
    }
}
