import CLinux
import Glibc
import PacketStore
import Units

/// A UDP socket as the sender sees it.
struct DatagramSocket: BitwiseCopyable {
    let descriptor: Int32
    let version: IPVersion
    /// Whether datagrams say which address they leave from. Relay sockets are bound to theirs.
    let namesSource: Bool
}

/// Sends queued datagrams in batches. One for each worker, used for all sockets.
///
/// Datagrams that follow each other to one destination with one size leave as one message that the kernel cuts
/// (UDP_SEGMENT); the last may be shorter. What cannot be sent is dropped and counted: a datagram never waits.
@safe struct DatagramSender: ~Copyable {
    private let messages: UnsafeMutablePointer<linux_message>
    private let vectors: UnsafeMutablePointer<iovec>
    private let names: UnsafeMutablePointer<linux_name>
    private let controls: UnsafeMutablePointer<UInt64>
    private var isSegmenting: Bool

    /// Messages of one call.
    private static let batch = 64
    /// Datagrams of one call.
    private static let vectorCount = 256
    /// Datagrams of one message: the kernel's limit (UDP_MAX_SEGMENTS).
    private static let segments = 64
    /// Bytes of one message, which is an IP packet to the kernel.
    private static let messageBytes = 65_000
    /// Bytes of the longest datagram that is joined to others. Longer ones may not fit the path's MTU, for which the kernel
    /// refuses the whole message.
    private static let segmentBytes = 1_400
    private static let controlWords = Int(LINUX_CONTROL_BYTES) / 8

    /// `isSegmenting`: whether the kernel can cut messages.
    init(isSegmenting: Bool) {
        self.isSegmenting = isSegmenting
        unsafe messages = .allocate(capacity: Self.batch)
        unsafe vectors = .allocate(capacity: Self.vectorCount)
        unsafe names = .allocate(capacity: Self.batch)
        unsafe controls = .allocate(capacity: Self.batch * Self.controlWords)
        unsafe messages.initialize(repeating: linux_message(), count: Self.batch)
        unsafe vectors.initialize(repeating: iovec(), count: Self.vectorCount)
        unsafe names.initialize(repeating: linux_name(), count: Self.batch)
        unsafe controls.initialize(repeating: 0, count: Self.batch * Self.controlWords)
    }

    deinit {
        unsafe messages.deallocate()
        unsafe vectors.deallocate()
        unsafe names.deallocate()
        unsafe controls.deallocate()
    }

    /// Sends a queue and gives its slots back; the queue is empty then.
    mutating func send(
        _ queue: inout SlotQueue,
        on socket: DatagramSocket,
        _ slab: inout PacketSlab,
        _ counters: inout MediaCounters
    ) {
        var next = queue.first
        while next != PacketSlab.none {
            var count = 0
            var vector = 0
            while next != PacketSlab.none, count < Self.batch, vector < Self.vectorCount {
                let first = slab[next]
                guard let length = name(count, first.destination, socket) else {
                    counters.unreachable &+= 1
                    next = first.next
                    continue
                }
                next = fill(count, from: next, firstVector: vector, nameLength: length, socket, slab)
                vector &+= unsafe messages[count].header.msg_iovlen
                count &+= 1
            }
            transmit(count, on: socket, &counters)
        }
        slab.empty(&queue)
    }

    /// Writes the destination of a message; nil when the socket is of the other IP version, or the port is that of nobody.
    private func name(_ index: Int, _ destination: TransportAddress, _ socket: DatagramSocket) -> socklen_t? {
        guard destination.port != 0 else { return nil }
        let length = unsafe linux_address_write(names + index, socket.version.family, linux_address(destination))
        return length == 0 ? nil : length
    }

    /// Makes one message of a datagram and those behind it that can be joined. Returns the datagram after them.
    private func fill(
        _ index: Int,
        from slot: SlotIndex,
        firstVector: Int,
        nameLength: socklen_t,
        _ socket: DatagramSocket,
        _ slab: borrowing PacketSlab
    ) -> SlotIndex {
        let first = slab[slot]
        var last = first
        put(slot, at: firstVector, slab)
        var count = 1
        var bytes = first.count
        while isSegmenting, last.next != PacketSlab.none, last.count == first.count, first.count <= Self.segmentBytes,
            count < Self.segments, firstVector &+ count < Self.vectorCount
        {
            let slot = last.next
            let next = slab[slot]
            guard next.destination == first.destination, next.source == first.source, next.count > 0,
                next.count <= first.count, Int(bytes &+ next.count) <= Self.messageBytes
            else { break }
            put(slot, at: firstVector &+ count, slab)
            bytes &+= next.count
            count &+= 1
            last = next
        }
        unsafe messages[index].header.msg_name = UnsafeMutableRawPointer(names + index)
        unsafe messages[index].header.msg_namelen = nameLength
        unsafe messages[index].header.msg_iov = vectors + firstVector
        unsafe messages[index].header.msg_iovlen = count
        let segment = count > 1 ? UInt16(truncatingIfNeeded: first.count) : 0
        control(index, from: first.source, segment: segment, socket)
        return last.next
    }

    private func put(_ slot: SlotIndex, at vector: Int, _ slab: borrowing PacketSlab) {
        let packet = unsafe slab.packet(slot)
        unsafe vectors[vector].iov_base = UnsafeMutableRawPointer(packet.baseAddress)
        unsafe vectors[vector].iov_len = packet.count
    }

    private func control(_ index: Int, from source: IPAddress, segment: UInt16, _ socket: DatagramSocket) {
        var local = linux_address(TransportAddress(source, port: 0))
        let room = unsafe UnsafeMutableRawPointer(controls + index * Self.controlWords)
        let family = socket.version.family
        let count =
            socket.namesSource
            ? unsafe linux_control_write(room, family, &local, segment)
            : unsafe linux_control_write(room, family, nil, segment)
        unsafe messages[index].header.msg_control = count == 0 ? nil : room
        unsafe messages[index].header.msg_controllen = count
    }

    private mutating func transmit(_ count: Int, on socket: DatagramSocket, _ counters: inout MediaCounters) {
        var sent = 0
        while sent < count {
            let result = unsafe linux_send(socket.descriptor, messages + sent, UInt32(count &- sent))
            if result > 0 {
                for index in sent..<(sent &+ Int(result)) {
                    let datagrams = unsafe messages[index].header.msg_iovlen
                    counters.datagramsSent &+= UInt64(datagrams)
                    if datagrams > 1 { counters.segmentedSends &+= 1 }
                }
                sent &+= Int(result)
            } else if result != -EINTR {
                failed(sent, -result, socket, &counters)
                sent &+= 1
            }
        }
    }

    /// A message could not be sent. A cut one is tried again in pieces, because it may be the cutting that is refused.
    private mutating func failed(
        _ index: Int,
        _ number: Int32,
        _ socket: DatagramSocket,
        _ counters: inout MediaCounters
    ) {
        let count = unsafe messages[index].header.msg_iovlen
        let isRefused = number == EIO || number == EOPNOTSUPP || number == ENOPROTOOPT
        // EINVAL and EMSGSIZE may be this path's: its packets are smaller than the pieces.
        guard count > 1, isRefused || number == EINVAL || number == EMSGSIZE else {
            return counters.countUnsent(number, datagrams: count)
        }
        // This kernel or device cannot cut. Never ask again.
        if isRefused { isSegmenting = false }
        let first = unsafe messages[index].header.msg_iov
        // A message whose pieces have the source, but no segment size any more.
        let header = unsafe messages[index].header
        unsafe messages[index].header.msg_iovlen = 1
        unsafe messages[index].header.msg_controllen = socket.namesSource ? sourceControlBytes(socket) : 0
        for piece in 0..<count {
            unsafe messages[index].header.msg_iov = first.map { unsafe $0 + piece }
            let result = unsafe linux_send(socket.descriptor, messages + index, 1)
            if result > 0 { counters.datagramsSent &+= 1 } else { counters.countUnsent(-result, datagrams: 1) }
        }
        unsafe messages[index].header = header
    }

    /// Bytes of the control message that names the source; it is the first.
    private func sourceControlBytes(_ socket: DatagramSocket) -> Int {
        var room = InlineArray<8, UInt64>(repeating: 0)
        var local = linux_address()
        var span = room.mutableSpan
        return unsafe span.withUnsafeMutableBytes {
            unsafe linux_control_write($0.baseAddress, socket.version.family, &local, 0)
        }
    }
}

extension MediaCounters {
    /// Counts datagrams that were not sent because of a system error.
    mutating func countUnsent(_ number: Int32, datagrams: Int) {
        let count = UInt64(datagrams)
        switch number {
        case ENETUNREACH, EHOSTUNREACH, EADDRNOTAVAIL, ENETDOWN, EHOSTDOWN: unreachable &+= count
        case EPERM, EACCES, ECONNREFUSED: refused &+= count
        case EAGAIN, ENOBUFS, ENOMEM: socketFull &+= count
        case EMSGSIZE: tooLong &+= count
        default: notSent &+= count
        }
    }
}
