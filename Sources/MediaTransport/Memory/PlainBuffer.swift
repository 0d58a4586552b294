/// Bytes that wait: half a message that came, or what a connection does not take yet. Memory is taken with the first byte
/// and given back with the last; whoever owns the buffer empties it before it goes.
@safe struct PlainBuffer: BitwiseCopyable {
    private var base: UnsafeMutablePointer<UInt8>?
    private var start: Int32 = 0
    private var length: Int32 = 0
    private let capacity: Int32

    /// Holds at most `capacity` bytes.
    init(capacity: Int) {
        unsafe base = nil
        self.capacity = Int32(capacity)
    }

    var count: Int { Int(length) }
    var isEmpty: Bool { length == 0 }
    /// How many more bytes fit.
    var room: Int { Int(capacity &- length) }

    /// The bytes, valid until the next change.
    var bytes: UnsafeMutableBufferPointer<UInt8> {
        unsafe UnsafeMutableBufferPointer(start: base.map { unsafe $0 + Int(start) }, count: Int(length))
    }

    /// Adds bytes; false, without a change, when they do not fit.
    mutating func append(_ bytes: UnsafeMutableBufferPointer<UInt8>) -> Bool {
        guard bytes.count <= room else { return false }
        guard let source = bytes.baseAddress, bytes.count > 0 else { return true }
        let place = unsafe base ?? UnsafeMutablePointer<UInt8>.allocate(capacity: Int(capacity))
        unsafe base = place
        if Int(start &+ length) &+ bytes.count > Int(capacity) {
            unsafe place.update(from: place + Int(start), count: Int(length))
            start = 0
        }
        unsafe (place + Int(start &+ length)).update(from: source, count: bytes.count)
        length &+= Int32(bytes.count)
        return true
    }

    /// Drops bytes from the front.
    mutating func removeFirst(_ count: Int) {
        guard count < Int(length) else { return empty() }
        start &+= Int32(count)
        length &-= Int32(count)
    }

    /// Drops everything and gives the memory back.
    mutating func empty() {
        unsafe base?.deallocate()
        unsafe base = nil
        start = 0
        length = 0
    }
}
