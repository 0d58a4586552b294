import Units
import Wire

/// A few datagrams that wait to be sent, in the order they came. Takes its room once.
struct PendingDatagrams: ~Copyable {
    private struct Entry: BitwiseCopyable {
        var path: FiveTuple
        var count: Int
    }

    private var bytes = FlatArray<UInt8>(repeating: 0, count: Limits.pendingDatagrams * Limits.pendingBytes)
    private var entries: InlineArray<4, Entry?> = InlineArray(repeating: nil)
    private var first = 0
    private var count = 0

    var isEmpty: Bool { count == 0 }

    /// False when it is too long or there is no room.
    mutating func append(_ datagram: Span<UInt8>, to path: FiveTuple) -> Bool {
        guard count < Limits.pendingDatagrams, datagram.count <= Limits.pendingBytes else { return false }
        let place = (first &+ count) % Limits.pendingDatagrams
        for index in datagram.indices { bytes[place &* Limits.pendingBytes &+ index] = datagram[index] }
        entries[place] = Entry(path: path, count: datagram.count)
        count &+= 1
        return true
    }

    /// Moves the next one into `room`. One that is larger than the room is gone.
    mutating func next(into room: inout MutableSpan<UInt8>) -> (path: FiveTuple, count: Int)? {
        while count > 0 {
            let place = first
            first = (first &+ 1) % Limits.pendingDatagrams
            count &-= 1
            guard let entry = entries[place], entry.count <= room.count else { continue }
            for index in 0..<entry.count { room[index] = bytes[place &* Limits.pendingBytes &+ index] }
            return (entry.path, entry.count)
        }
        return nil
    }
}
