import CLinux
import Glibc
import PacketStore
import Units
import Wire

/// Receives datagrams in batches, each into a slot of its own behind the head-room. One for each worker, used for all sockets.
@safe struct DatagramReceiver: ~Copyable {
    private let messages: UnsafeMutablePointer<linux_message>
    private let vectors: UnsafeMutablePointer<iovec>
    private let names: UnsafeMutablePointer<linux_name>
    private let controls: UnsafeMutablePointer<UInt64>
    /// The slot of each message; `PacketSlab.none` where the last one was kept by somebody.
    private var slots: FlatArray<SlotIndex>
    /// How many messages, from the first, are as the kernel left them.
    private var used: Int

    private static let controlWords = Int(LINUX_CONTROL_BYTES) / 8

    /// `batch` is the most datagrams of one call.
    init(batch: Int) {
        unsafe messages = .allocate(capacity: batch)
        unsafe vectors = .allocate(capacity: batch)
        unsafe names = .allocate(capacity: batch)
        unsafe controls = .allocate(capacity: batch * Self.controlWords)
        unsafe controls.initialize(repeating: 0, count: batch * Self.controlWords)
        slots = FlatArray(repeating: PacketSlab.none, count: batch)
        used = batch
        for index in 0..<batch {
            unsafe (vectors + index).initialize(to: iovec())
            unsafe (names + index).initialize(to: linux_name())
            unsafe (messages + index).initialize(to: linux_message())
            unsafe messages[index].header.msg_name = UnsafeMutableRawPointer(names + index)
            unsafe messages[index].header.msg_iov = vectors + index
            unsafe messages[index].header.msg_iovlen = 1
            unsafe messages[index].header.msg_control = UnsafeMutableRawPointer(controls + index * Self.controlWords)
        }
    }

    deinit {
        unsafe messages.deallocate()
        unsafe vectors.deallocate()
        unsafe names.deallocate()
        unsafe controls.deallocate()
    }

    /// Receives what is there, at most `limit` datagrams. The number, or -errno; 0 when the slab has no slots left.
    mutating func receive(_ descriptor: Int32, atMost limit: Int, _ slab: inout PacketSlab) -> Int {
        guard prepare(&slab) else { return 0 }
        let count = Int(unsafe linux_receive(descriptor, messages, UInt32(min(limit, slots.count))))
        used = max(count, 0)
        return count
    }

    /// Makes the messages of the last call ready again; false when there is no slot for one of them.
    private mutating func prepare(_ slab: inout PacketSlab) -> Bool {
        for index in 0..<used {
            if slots[index] == PacketSlab.none {
                guard let slot = slab.take() else { return false }
                slots[index] = slot
                let room = unsafe slab.room(slot)
                unsafe vectors[index].iov_base = UnsafeMutableRawPointer(room.baseAddress)
                unsafe vectors[index].iov_len = room.count
            }
            unsafe messages[index].header.msg_namelen = socklen_t(MemoryLayout<linux_name>.size)
            unsafe messages[index].header.msg_controllen = Int(LINUX_CONTROL_BYTES)
        }
        used = 0
        return true
    }

    /// Takes a received datagram out of the batch: its slot with start and count filled in. Nil when it was longer than a
    /// slot has room. The caller keeps the slot or gives it back.
    mutating func take(_ index: Int, _ slab: inout PacketSlab) -> SlotIndex? {
        let flags = unsafe messages[index].header.msg_flags
        guard flags & Int32(truncatingIfNeeded: MSG_TRUNC) == 0 else { return nil }
        let slot = slots[index]
        slots[index] = PacketSlab.none
        slab[slot].start = Int32(PacketSlab.headRoom)
        slab[slot].count = Int32(truncatingIfNeeded: unsafe messages[index].length)
        return slot
    }

    /// Who sent a datagram.
    func source(_ index: Int) -> TransportAddress? {
        var address = linux_address()
        let header = unsafe messages[index].header
        guard unsafe linux_address_read(header.msg_name, header.msg_namelen, &address) else { return nil }
        return TransportAddress(address)
    }

    /// The address of this machine a datagram was sent to; nil when the kernel did not say.
    func local(_ index: Int) -> IPAddress? {
        var address = linux_address()
        var segment: UInt16 = 0
        guard unsafe linux_control_read(&messages[index].header, &address, &segment) else { return nil }
        return IPAddress(high: address.high, low: address.low)
    }
}
