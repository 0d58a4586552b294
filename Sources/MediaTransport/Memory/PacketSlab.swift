import Glibc
import Units
import Wire

/// Names one slot of a `PacketSlab`.
typealias SlotIndex = Int32

/// What is known of the packet in a slot.
struct Slot: BitwiseCopyable {
    /// The next slot of the same queue, or of those that are free; `PacketSlab.none` behind the last.
    var next: SlotIndex
    /// Where in the slot the packet begins.
    var start: Int32
    /// Bytes of the packet.
    var count: Int32
    /// Whether a stream may lose it when its reader is slow: data may be lost, an answer may not.
    var isDatagram: Bool
    /// Where it goes.
    var destination: TransportAddress
    /// The address of this machine it leaves from; used on the media port, whose sockets have all of them.
    var source: IPAddress
}

/// Slots in the order in which they are to be sent.
struct SlotQueue: BitwiseCopyable {
    var first = PacketSlab.none
    var last = PacketSlab.none
    var count: Int32 = 0

    var isEmpty: Bool { count == 0 }
}

/// The memory of a worker's packets: slots of 2 KiB with room in front, so that a header can be put before a packet where it is.
///
/// All of it is reserved at once; the system provides a page when it is first touched, and the slot that was given back
/// last is taken first, so a quiet worker uses a few of them.
@safe struct PacketSlab: ~Copyable {
    /// Stands for no slot.
    static let none: SlotIndex = -1
    /// Bytes of the longest packet that is received.
    static let packetBytes = Limits.packetBytes
    /// Room in front of what is received, for the header of a Data indication over IPv6 (48 bytes) and some more.
    static let headRoom = 64
    /// Room behind it, for padding to four bytes.
    static let tailRoom = 64
    /// Bytes of a slot.
    static let slotBytes = headRoom + packetBytes + tailRoom

    private let memory: UnsafeMutableRawPointer
    private let memoryBytes: Int
    private var slots: FlatArray<Slot>
    private var firstFree: SlotIndex
    /// How many slots can be taken.
    private(set) var available: Int

    /// Throws the system's error when there is no memory.
    init(slots count: Int) throws(SystemError) {
        memoryBytes = count * Self.slotBytes
        let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
        guard let mapped = unsafe mmap(nil, memoryBytes, PROT_READ | PROT_WRITE, flags, -1, 0),
            unsafe mapped != MAP_FAILED
        else { throw SystemError(number: errno, call: "mmap") }
        unsafe memory = mapped
        let zero = IPAddress(high: 0, low: 0)
        let empty = Slot(
            next: Self.none,
            start: 0,
            count: 0,
            isDatagram: true,
            destination: TransportAddress(zero, port: 0),
            source: zero
        )
        slots = FlatArray(repeating: empty, count: count)
        for index in 0..<count { slots[index].next = index + 1 < count ? SlotIndex(index + 1) : Self.none }
        firstFree = 0
        available = count
    }

    deinit { unsafe munmap(memory, memoryBytes) }

    /// What is known of the packet in a slot.
    subscript(slot: SlotIndex) -> Slot {
        get { slots[Int(slot)] }
        _modify { yield &slots[Int(slot)] }
    }

    /// A slot for the caller, who gives it back or queues it; nil when all are taken.
    mutating func take() -> SlotIndex? {
        guard firstFree != Self.none else { return nil }
        let slot = firstFree
        firstFree = slots[Int(slot)].next
        available &-= 1
        return slot
    }

    mutating func give(back slot: SlotIndex) {
        slots[Int(slot)].next = firstFree
        firstFree = slot
        available &+= 1
    }

    /// The first byte of a slot. Valid as long as the slab.
    func base(_ slot: SlotIndex) -> UnsafeMutablePointer<UInt8> {
        precondition(slot >= 0 && Int(slot) < slots.count, "index outside the slab")
        return unsafe (memory + Int(slot) * Self.slotBytes).assumingMemoryBound(to: UInt8.self)
    }

    /// The bytes of the packet in a slot. Valid as long as the slab.
    func packet(_ slot: SlotIndex) -> UnsafeMutableBufferPointer<UInt8> {
        let known = slots[Int(slot)]
        return unsafe UnsafeMutableBufferPointer(start: base(slot) + Int(known.start), count: Int(known.count))
    }

    /// The room for a packet that is to be written into a slot. Valid as long as the slab.
    func room(_ slot: SlotIndex) -> UnsafeMutableBufferPointer<UInt8> {
        unsafe UnsafeMutableBufferPointer(start: base(slot) + Self.headRoom, count: Self.packetBytes)
    }

    /// Puts a packet at the end of a queue.
    mutating func append(_ slot: SlotIndex, to queue: inout SlotQueue) {
        slots[Int(slot)].next = Self.none
        if queue.last == Self.none { queue.first = slot } else { slots[Int(queue.last)].next = slot }
        queue.last = slot
        queue.count &+= 1
    }

    /// Gives back all slots of a queue.
    mutating func empty(_ queue: inout SlotQueue) {
        var slot = queue.first
        while slot != Self.none {
            let next = slots[Int(slot)].next
            give(back: slot)
            slot = next
        }
        queue = SlotQueue()
    }
}
