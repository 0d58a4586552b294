import Meeting
import Testing

@testable import Storage

@Suite("What is old is deleted", .timeLimit(.minutes(1)))
struct ExpiryTests {
    let directory = TemporaryDirectory()
    private let now: Int64 = 100_000_000

    @Test("Old chat of an empty room goes, newer stays")
    func emptyRoom() async throws {
        let store = try openStore(directory)
        let room = try roomName()
        _ = await store.commit([
            .room(settings(room)), .chat(room, message(1, at: 10)), .chat(room, message(2, at: 20)),
        ])
        #expect(try await store.deleteExpired(chatOlderThan: 20, now: now) == .init(messages: 1, rooms: 0))
        #expect(try await store.onDisk(room)?.chat.map(\.id) == ["m2"])
    }

    @Test("A room with somebody inside keeps its latest 200 messages however old")
    func occupiedRoom() async throws {
        let store = try openStore(directory)
        let room = try roomName()
        let chat = (1...205).map { StoredChange.chat(room, message($0, at: 10)) }
        _ = await store.commit([.room(settings(room)), .seat(room, seat("a"))] + chat)
        #expect(try await store.deleteExpired(chatOlderThan: 20, now: now).messages == 5)
        #expect(try await store.onDisk(room)?.chat.count == 200)
    }

    @Test(
        "Only rooms without seats, bans, chat and recent use are deleted; with settings that outlast them, a day later"
    )
    func rooms() async throws {
        let store = try openStore(directory)
        let names = try ["idle", "seat", "ban", "chat", "lobby", "hidden", "recent"].map { try roomName($0) }
        var changes = names.map { name in
            StoredChange.room(
                settings(
                    name,
                    lobby: name.description == "lobby",
                    relayOnly: name.description == "hidden",
                    hostDevices: [hash(1)],
                    lastUsedAt: name.description == "recent" ? now - 1000 : now - 86_000_000
                )
            )
        }
        changes += [
            .seat(names[1], seat("a")),
            .ban(names[2], BanRecord(device: nil, address: hash(1), foldedName: "m", at: 1)),
            .chat(names[3], message(1, at: 50)),
        ]
        #expect(await store.commit(changes) == .stored)
        #expect(try await store.deleteExpired(chatOlderThan: 20, now: now) == .init(messages: 0, rooms: 1))
        #expect(try await store.onDisk(names[0]) == nil)
        for name in names.dropFirst() { #expect(try await store.onDisk(name) != nil, "\(name)") }
        #expect(try await store.deleteExpired(chatOlderThan: 20, now: now + 4_000_000).rooms == 3)
        for name in names[4...] { #expect(try await store.onDisk(name) == nil, "\(name)") }
    }

    @Test("More than one chunk is deleted and the file shrinks")
    func shrinks() async throws {
        let store = try openStore(directory)
        let room = try roomName()
        let text = String(repeating: "x", count: 1000)
        _ = await store.commit(
            [.room(settings(room))] + (1...1700).map { .chat(room, message($0, text: text, at: 10)) }
        )
        let before = try #require(try store.integer("PRAGMA page_count"))
        #expect(try await store.deleteExpired(chatOlderThan: 20, now: now) == .init(messages: 1700, rooms: 1))
        #expect(try #require(try store.integer("PRAGMA page_count")) < before / 4)
        #expect(try store.integer("PRAGMA freelist_count") == 0)
    }
}
