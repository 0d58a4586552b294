/// Writes the header of a packet that is forwarded: new numbers, and only the extension elements the receiver asked
/// for.
///
/// Contributing sources are not written: this server mixes nothing. Use it like this: init, `add` for each element,
/// `finish`. What does not fit is remembered and makes `finish` answer nil. Give it the same room every time.
public struct RTPHeaderWriter: Sendable, BitwiseCopyable {
    private let form: ExtensionForm
    private var offset: Int
    private var overflowed = false
    private var hasExtensions = false

    /// Writes the fixed part. `form` is that of all elements; the two-byte form only to peers that allow it.
    public init(_ header: RTPHeader, form: ExtensionForm = .oneByte, to room: inout MutableSpan<UInt8>) {
        self.form = form
        offset = RTPHeader.fixedLength
        guard room.count >= RTPHeader.fixedLength else {
            overflowed = true
            return
        }
        room[0] = 0x80
        header.overwrite(&room)
    }

    /// Adds an element whose value is the low `count` bytes of `bits`, 1 to 8. One that the form cannot write is left
    /// out.
    public mutating func add(_ id: UInt8, bits: UInt64, count: Int, to room: inout MutableSpan<UInt8>) {
        guard count <= 8, let start = begin(id, count, &room) else { return }
        for index in 0..<count {
            let shift = UInt64(8 &* (count &- 1 &- index))
            room[start &+ index] = UInt8(truncatingIfNeeded: bits >> shift)
        }
    }

    /// Adds an element with a copy of a value, for example one of the packet that came in. One that the form cannot
    /// write is left out.
    public mutating func add(_ id: UInt8, _ value: Span<UInt8>, to room: inout MutableSpan<UInt8>) {
        guard let start = begin(id, value.count, &room) else { return }
        for index in value.indices { room[start &+ index] = value[index] }
    }

    /// Ends the header and answers how many bytes it has; nil when the room was too small.
    public consuming func finish(_ room: inout MutableSpan<UInt8>) -> Int? {
        guard !overflowed else { return nil }
        guard hasExtensions else { return offset }
        while offset % 4 != 0 {
            guard offset < room.count else { return nil }
            room[offset] = 0
            offset &+= 1
        }
        let start = RTPHeader.fixedLength
        room[0] |= 0x10
        room.set(form.profile, at: start)
        room.set(UInt16(truncatingIfNeeded: (offset &- start &- 4) / 4), at: start &+ 2)
        return offset
    }

    /// Writes an element's header and answers where its value goes.
    private mutating func begin(_ id: UInt8, _ count: Int, _ room: inout MutableSpan<UInt8>) -> Int? {
        guard !overflowed, form.holds(id: id, count: count) else { return nil }
        // The first element is preceded by the four bytes of the block's header.
        let start = hasExtensions ? offset : offset &+ 4
        let value = start &+ form.overhead
        guard value &+ count <= room.count else {
            overflowed = true
            return nil
        }
        hasExtensions = true
        switch form {
        case .oneByte: room[start] = id << 4 | UInt8(truncatingIfNeeded: count &- 1)
        case .twoByte:
            room[start] = id
            room[start &+ 1] = UInt8(truncatingIfNeeded: count)
        }
        offset = value &+ count
        return value
    }
}
