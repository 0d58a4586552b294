import Glibc
import Meeting
import Storage

/// The process that `CrashTests` kills: stores chat without end and prints the number of each message once it is acknowledged.
@main
enum Main {
    static func main() async throws {
        guard CommandLine.arguments.count == 3, let room = RoomName("crash"), let first = Int(CommandLine.arguments[2])
        else { exit(64) }
        let store = try MeetingStore(directory: CommandLine.arguments[1])
        _ = await store.commit([.room(RoomSettings(name: room, startedAt: 1, lastUsedAt: 1))])
        await withTaskGroup(of: Void.self) { writers in
            for writer in 0..<8 {
                writers.addTask {
                    for number in stride(from: first + writer, to: Int.max, by: 8) {
                        guard await store.commit([.chat(room, message(number))]) == .stored else { exit(1) }
                        acknowledge(number)
                    }
                }
            }
        }
    }

    private static func message(_ number: Int) -> ChatRecord {
        ChatRecord(
            id: "m\(number)",
            from: ParticipantID("kevin"),
            name: "Kevin",
            to: nil,
            text: "message \(number)",
            clientId: "c\(number)",
            at: Int64(number)
        )
    }

    /// One write a line: what has left the process is what the client would have been told.
    private static func acknowledge(_ number: Int) {
        let line = Array("\(number)\n".utf8)
        _ = unsafe line.withUnsafeBytes { unsafe write(1, $0.baseAddress, $0.count) }
    }
}
