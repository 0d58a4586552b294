import CLinux
import Glibc

/// What a descriptor of a worker's poll is: kind, place in the worker's table of that kind, and the place's generation,
/// so that an event of what was closed in the same round is not taken for its successor's.
struct Token: BitwiseCopyable, Equatable {
    enum Kind: UInt8, BitwiseCopyable {
        /// The event that others wake the worker by.
        case inbox
        /// A UDP socket of the media port.
        case media
        /// A TCP listener of the media port.
        case listener
        /// A TCP connection, or what came out of TLS.
        case stream
        /// A relay socket.
        case relay
        /// No descriptor: one of our own relays, whichever worker has it, reached inside the process.
        case inside
    }

    let kind: Kind
    let index: Int32
    let generation: UInt16

    init(_ kind: Kind, _ index: Int, generation: UInt16 = 0) {
        self.kind = kind
        self.index = Int32(truncatingIfNeeded: index)
        self.generation = generation
    }

    init?(_ raw: UInt64) {
        guard let kind = Kind(rawValue: UInt8(truncatingIfNeeded: raw >> 48)) else { return nil }
        self.kind = kind
        generation = UInt16(truncatingIfNeeded: raw >> 32)
        index = Int32(truncatingIfNeeded: raw)
    }

    var raw: UInt64 {
        UInt64(kind.rawValue) << 48 | UInt64(generation) << 32 | UInt64(UInt32(bitPattern: index))
    }
}

/// A worker's epoll: level-triggered, so what is left unread in one round comes again in the next.
@safe struct EventPoll: ~Copyable {
    private let descriptor: Descriptor
    private let events: UnsafeMutablePointer<epoll_event>
    private let capacity: Int

    init(events capacity: Int) throws(SystemError) {
        descriptor = Descriptor(try SystemError.check(linux_poll_create(), "epoll_create1"))
        unsafe events = .allocate(capacity: capacity)
        unsafe events.initialize(repeating: epoll_event(), count: capacity)
        self.capacity = capacity
    }

    deinit { unsafe events.deallocate() }

    /// Waits for input on a descriptor. Closing the descriptor ends it.
    func add(_ descriptor: Int32, _ token: Token) throws(SystemError) {
        try SystemError.check(control(EPOLL_CTL_ADD, descriptor, EPOLLIN.rawValue, token), "epoll_ctl")
    }

    /// Changes what is waited for; nothing but errors when both are false.
    func change(_ descriptor: Int32, _ token: Token, input: Bool, output: Bool) {
        let flags = (input ? EPOLLIN.rawValue : 0) | (output ? EPOLLOUT.rawValue : 0)
        _ = control(EPOLL_CTL_MOD, descriptor, flags, token)  // it fails for what was never added only
    }

    /// Waits for events, at most so many milliseconds; without end when negative. The number of events.
    mutating func wait(milliseconds: Int32) -> Int {
        max(Int(unsafe linux_poll_wait(descriptor.number, events, Int32(capacity), milliseconds)), 0)
    }

    /// What an event of the last wait is about.
    func token(_ index: Int) -> Token? { unsafe Token(linux_event_token(events + index)) }

    /// Whether something can be read: data, the end or an error.
    func isReadable(_ index: Int) -> Bool {
        unsafe linux_event_flags(events + index) & ~EPOLLOUT.rawValue != 0
    }

    func isWritable(_ index: Int) -> Bool {
        unsafe linux_event_flags(events + index) & EPOLLOUT.rawValue != 0
    }

    private func control(_ operation: Int32, _ descriptor: Int32, _ flags: UInt32, _ token: Token) -> Int32 {
        linux_poll_control(self.descriptor.number, operation, descriptor, flags, token.raw)
    }
}
