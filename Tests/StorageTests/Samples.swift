import Foundation
import GRDB
import Logging
import Meeting
import Testing

@testable import Storage

/// A directory that is gone when the test is over.
final class TemporaryDirectory: Sendable {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("parley-\(UUID().uuidString)").path

    deinit { try? FileManager.default.removeItem(atPath: path) }
}

func openStore(_ directory: TemporaryDirectory, pace: MeetingStore.Pace = .init(gather: 1, retry: 20)) throws
    -> MeetingStore
{
    try MeetingStore(
        directory: directory.path,
        logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
        pace: pace
    )
}

extension MeetingStore {
    /// Runs SQL on the writer's connection, between two commits.
    func execute(_ sql: String) throws { try pool.writeWithoutTransaction { try $0.execute(sql: sql) } }

    func integer(_ sql: String) throws -> Int? {
        try pool.writeWithoutTransaction { try Int.fetchOne($0, sql: sql) }
    }

    /// What the file holds, changes under way left out.
    func onDisk(_ room: RoomName) async throws -> RoomRecord? { try await pool.read { try RoomRecord(room, $0) } }

    /// Asks the disk until it holds what is expected; the test's own time limit ends it otherwise.
    func waitUntilOnDisk(_ room: RoomName, _ condition: (RoomRecord?) -> Bool) async throws {
        while !condition(try await onDisk(room)) { await Task.yield() }
    }
}

func roomName(_ text: String = "weekly") throws -> RoomName { try #require(RoomName(text)) }

func hash(_ byte: UInt8) -> TokenHash { TokenHash(Array(repeating: byte, count: 32)) }

func settings(
    _ name: RoomName,
    locked: Bool = false,
    lobby: Bool = false,
    relayOnly: Bool = false,
    hostDevices: [TokenHash] = [],
    lastUsedAt: Int64 = 1000
) -> RoomSettings {
    RoomSettings(
        name: name,
        locked: locked,
        lobby: lobby,
        relayOnly: relayOnly,
        hostDevices: hostDevices,
        startedAt: 1000,
        lastUsedAt: lastUsedAt
    )
}

func seat(_ id: String, role: Role = .member, joinedAt: Int64 = 1) -> SeatRecord {
    SeatRecord(
        participant: ParticipantID(id),
        name: "Name of \(id)",
        role: role,
        kind: .browser,
        resume: hash(1),
        previousResume: hash(2),
        device: nil,
        address: hash(3),
        joinedAt: joinedAt
    )
}

func message(
    _ number: Int,
    from: String = "kevin",
    to: String? = nil,
    clientId: String? = nil,
    text: String? = nil,
    at: Int64 = 1
) -> ChatRecord {
    ChatRecord(
        id: "m\(number)",
        from: ParticipantID(from),
        name: "Kevin",
        to: to.map { ParticipantID($0) },
        text: text ?? "message \(number)",
        clientId: clientId ?? "c\(number)",
        at: at
    )
}
