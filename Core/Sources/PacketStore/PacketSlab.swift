public import Units

/// Names one slot of a `PacketSlab`.
public typealias SlotIndex = Int32

/// The socket or connection that a packet leaves by, in its worker's words; the cores only hand it on.
public struct OutletID: RawRepresentable, Hashable, Sendable, BitwiseCopyable {
    public let rawValue: UInt64

    public init(rawValue: UInt64) { self.rawValue = rawValue }

    /// No outlet: the packet's shell knows by itself.
    public static let none = OutletID(rawValue: 0)
}

/// What is known of the packet in a slot.
@frozen public struct Slot: Sendable, BitwiseCopyable {
    /// The next slot of the same queue, or of those that are free; `PacketSlab.none` behind the last.
    public var next: SlotIndex
    /// Where in the slot the packet begins.
    public var start: Int32
    /// Bytes of the packet.
    public var count: Int32
    /// Whether a stream may lose it when its reader is slow: data may be lost, an answer may not.
    public var isDatagram: Bool
    /// Where it goes.
    public var destination: TransportAddress
    /// The address of this machine it leaves from; used on the media port, whose sockets have all of them.
    public var source: IPAddress
    /// What it leaves by, where a core decides that.
    public var outlet: OutletID

    /// A slot before its first packet.
    @usableFromInline static var empty: Slot {
        let zero = IPAddress(high: 0, low: 0)
        let nobody = TransportAddress(zero, port: 0)
        return Slot(
            next: PacketSlab.none,
            start: 0,
            count: 0,
            isDatagram: true,
            destination: nobody,
            source: zero,
            outlet: .none
        )
    }

    @usableFromInline init(
        next: SlotIndex,
        start: Int32,
        count: Int32,
        isDatagram: Bool,
        destination: TransportAddress,
        source: IPAddress,
        outlet: OutletID
    ) {
        self.next = next
        self.start = start
        self.count = count
        self.isDatagram = isDatagram
        self.destination = destination
        self.source = source
        self.outlet = outlet
    }
}

/// Slots in the order in which they are to be sent.
@frozen public struct SlotQueue: Sendable, BitwiseCopyable {
    public var first = PacketSlab.none
    public var last = PacketSlab.none
    public var count: Int32 = 0

    @inlinable public init() {}

    @inlinable public var isEmpty: Bool { count == 0 }
}

/// The memory of a worker's packets: slots of 2 KiB with room in front, so that a header can be put before a packet where it is.
///
/// All of it is reserved at once; the system provides a page when it is first touched, and the slot that was given back
/// last is taken first, so a quiet worker uses a few of them.
@safe public struct PacketSlab: ~Copyable {
    /// Stands for no slot.
    public static let none: SlotIndex = -1
    /// Bytes of the longest packet that is received. Longer datagrams are dropped, longer messages close the connection.
    public static let packetBytes = 2_048
    /// Room in front of what is received, for the header of a Data indication over IPv6 (48 bytes) and some more.
    public static let headRoom = 64
    /// Room behind it, for padding to four bytes.
    public static let tailRoom = 64
    /// Bytes of a slot.
    public static let slotBytes = headRoom + packetBytes + tailRoom

    @usableFromInline let memory: UnsafeMutableRawPointer
    @usableFromInline let slots: UnsafeMutablePointer<Slot>
    /// How many slots there are.
    public let capacity: Int
    @usableFromInline var firstFree: SlotIndex
    /// Slots from here on have never been taken, and their memory has never been touched.
    @usableFromInline var untouched: Int
    @usableFromInline var takenCount: Int

    /// So many slots, none of them taken. What nobody has touched yet costs no memory.
    public init(slots count: Int) {
        capacity = max(count, 0)
        unsafe memory = .allocate(byteCount: capacity * Self.slotBytes, alignment: 64)
        unsafe slots = .allocate(capacity: capacity)
        firstFree = Self.none
        untouched = 0
        takenCount = 0
    }

    deinit {
        unsafe memory.deallocate()
        unsafe slots.deallocate()
    }

    /// How many slots can be taken.
    @inlinable public var available: Int { capacity &- takenCount }

    /// What is known of the packet in a slot that was taken.
    @inlinable public subscript(slot: SlotIndex) -> Slot {
        @_transparent
        unsafeAddress {
            precondition(slot >= 0 && Int(slot) < untouched, "no slot that was taken")
            return unsafe UnsafePointer(slots + Int(slot))
        }
        @_transparent
        unsafeMutableAddress {
            precondition(slot >= 0 && Int(slot) < untouched, "no slot that was taken")
            return unsafe slots + Int(slot)
        }
    }

    /// A slot for the caller, who gives it back or queues it; nil when all are taken.
    @inlinable public mutating func take() -> SlotIndex? {
        if firstFree != Self.none {
            let slot = firstFree
            firstFree = unsafe slots[Int(slot)].next
            takenCount &+= 1
            return slot
        }
        guard untouched < capacity else { return nil }
        unsafe (slots + untouched).initialize(to: .empty)
        untouched &+= 1
        takenCount &+= 1
        return SlotIndex(truncatingIfNeeded: untouched &- 1)
    }

    @inlinable public mutating func give(back slot: SlotIndex) {
        self[slot].next = firstFree
        firstFree = slot
        takenCount &-= 1
    }

    /// The first byte of a slot. Valid as long as the slab.
    @inlinable public func base(_ slot: SlotIndex) -> UnsafeMutablePointer<UInt8> {
        precondition(slot >= 0 && Int(slot) < untouched, "no slot that was taken")
        return unsafe (memory + Int(slot) * Self.slotBytes).assumingMemoryBound(to: UInt8.self)
    }

    /// The bytes of the packet in a slot. Valid as long as the slab.
    @inlinable public func packet(_ slot: SlotIndex) -> UnsafeMutableBufferPointer<UInt8> {
        let known = self[slot]
        return unsafe UnsafeMutableBufferPointer(start: base(slot) + Int(known.start), count: Int(known.count))
    }

    /// The room for a packet that is to be written into a slot. Valid as long as the slab.
    @inlinable public func room(_ slot: SlotIndex) -> UnsafeMutableBufferPointer<UInt8> {
        unsafe UnsafeMutableBufferPointer(start: base(slot) + Self.headRoom, count: Self.packetBytes)
    }

    /// Puts a packet at the end of a queue.
    @inlinable public mutating func append(_ slot: SlotIndex, to queue: inout SlotQueue) {
        self[slot].next = Self.none
        if queue.last == Self.none { queue.first = slot } else { self[queue.last].next = slot }
        queue.last = slot
        queue.count &+= 1
    }

    /// Puts all slots of a queue at the end of another; the first is empty then.
    @inlinable public mutating func append(_ queue: inout SlotQueue, to other: inout SlotQueue) {
        guard !queue.isEmpty else { return }
        if other.last == Self.none { other.first = queue.first } else { self[other.last].next = queue.first }
        other.last = queue.last
        other.count &+= queue.count
        queue = SlotQueue()
    }

    /// Gives back all slots of a queue.
    public mutating func empty(_ queue: inout SlotQueue) {
        var slot = queue.first
        while slot != Self.none {
            let next = self[slot].next
            give(back: slot)
            slot = next
        }
        queue = SlotQueue()
    }
}

// SAFETY: the memory is private to the value, which cannot be copied; who has the value is its only user.
extension PacketSlab: @unchecked Sendable {}
