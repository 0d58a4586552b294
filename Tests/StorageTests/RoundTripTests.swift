import Meeting
import Testing

@testable import Storage

@Suite("What is stored comes back", .timeLimit(.minutes(1)))
struct RoundTripTests {
    let directory = TemporaryDirectory()

    @Test("A room with hosts, seats, bans and chat is the same after closing and opening")
    func wholeRoom() async throws {
        let room = try roomName()
        let record = RoomRecord(
            settings: settings(room, locked: true, lobby: true, relayOnly: true, hostDevices: [hash(9), hash(8)]),
            seats: [seat("a", role: .host, joinedAt: 1), seat("b", role: .viewer, joinedAt: 2)],
            bans: [
                BanRecord(device: nil, address: hash(4), foldedName: "mallory", at: 5),
                BanRecord(device: hash(6), address: hash(4), foldedName: "mallory", at: 6),
            ],
            chat: [message(1), message(2, to: "b", text: "räksmörgås 👋\r\n'; DROP TABLE chat; --")]
        )
        var store = try openStore(directory)
        var changes: [StoredChange] = [.room(record.settings)]
        changes += record.seats.map { .seat(room, $0) }
        changes += record.bans.map { .ban(room, $0) }
        changes += record.chat.map { .chat(room, $0) }
        #expect(await store.commit(changes) == .stored)
        await store.close()
        store = try openStore(directory)
        #expect(try await store.load(room: room) == record)
        #expect(try await store.roomsWithSeats() == [record])
    }

    @Test("A room nobody has stored is nil, and a room without seats is not among those of the start")
    func unknownAndEmpty() async throws {
        let store = try openStore(directory)
        let (known, unknown) = (try roomName("known"), try roomName("unknown"))
        #expect(await store.commit([.room(settings(known))]) == .stored)
        #expect(try await store.load(room: unknown) == nil)
        #expect(try await store.roomsWithSeats() == [])
    }

    @Test("Writing a seat again keeps its place and takes its newest values")
    func seatReplaced() async throws {
        let store = try openStore(directory)
        let room = try roomName()
        var first = seat("a")
        _ = await store.commit([.room(settings(room)), .seat(room, first), .seat(room, seat("b"))])
        first.role = .host
        first.previousResume = nil
        #expect(await store.commit([.seat(room, first)]) == .stored)
        #expect(try await store.onDisk(room)?.seats == [first, seat("b")])
    }

    @Test("Freeing one seat leaves the others, freeing all leaves none, freeing nobody's is no error")
    func freeing() async throws {
        let store = try openStore(directory)
        let room = try roomName()
        _ = await store.commit([.room(settings(room))] + ["a", "b", "c"].map { .seat(room, seat($0)) })
        #expect(
            await store.commit([.freeSeat(room, ParticipantID("b")), .freeSeat(room, ParticipantID("x"))]) == .stored
        )
        #expect(try await store.onDisk(room)?.seats.map(\.participant.description) == ["a", "c"])
        #expect(await store.commit([.freeAllSeats(room)]) == .stored)
        #expect(try await store.onDisk(room)?.seats == [])
    }

    @Test("The same ban twice is one ban with the later time")
    func banTwice() async throws {
        let store = try openStore(directory)
        let room = try roomName()
        let bans = [1, 2].map { BanRecord(device: nil, address: hash(1), foldedName: "m", at: $0) }
        #expect(await store.commit([.room(settings(room))] + bans.map { .ban(room, $0) }) == .stored)
        #expect(try await store.onDisk(room)?.bans == [bans[1]])
    }

    @Test(
        "A message sent again with its clientId is stored once and is no error; another sender may use the same clientId"
    )
    func chatOnce() async throws {
        let store = try openStore(directory)
        let room = try roomName()
        _ = await store.commit([.room(settings(room)), .chat(room, message(1, clientId: "same"))])
        #expect(await store.commit([.chat(room, message(2, clientId: "same"))]) == .stored)
        #expect(await store.commit([.chat(room, message(3, from: "anna", clientId: "same"))]) == .stored)
        #expect(try await store.onDisk(room)?.chat.map(\.id) == ["m1", "m3"])
    }

    @Test("The latest 200 messages are loaded, oldest first")
    func latestChat() async throws {
        let store = try openStore(directory)
        let room = try roomName()
        #expect(
            await store.commit([.room(settings(room))] + (1...250).map { .chat(room, message($0)) }) == .stored
        )
        #expect(try await store.load(room: room)?.chat.map(\.id) == (51...250).map { "m\($0)" })
    }

    @Test("Text around U+0000 is kept; only that character is replaced by its symbol")
    func zeroCharacter() async throws {
        let store = try openStore(directory)
        let room = try roomName()
        #expect(await store.commit([.room(settings(room)), .chat(room, message(1, text: "a\0b"))]) == .stored)
        #expect(try await store.onDisk(room)?.chat.first?.text == "a\u{2400}b")
    }

    @Test("A row this release cannot read (an unknown role) is left out, the rest of the room is there")
    func unknownRole() async throws {
        let store = try openStore(directory)
        let room = try roomName()
        _ = await store.commit([.room(settings(room)), .seat(room, seat("a")), .seat(room, seat("b"))])
        try store.execute("UPDATE seat SET role = 'emperor' WHERE participant = 'a'")
        #expect(try await store.load(room: room)?.seats == [seat("b")])
    }

    @Test("A secret is random when first asked for and the same afterwards; another length is refused")
    func secrets() async throws {
        var store = try openStore(directory)
        let secret = try store.secret(named: "turn", bytes: 32)
        #expect(secret.count == 32)
        #expect(try store.secret(named: "tokens", bytes: 32) != secret)
        await store.close()
        store = try openStore(directory)
        #expect(try store.secret(named: "turn", bytes: 32) == secret)
        #expect(throws: StoreFailure.refused("secret of 32 bytes")) { try store.secret(named: "turn", bytes: 16) }
    }
}
