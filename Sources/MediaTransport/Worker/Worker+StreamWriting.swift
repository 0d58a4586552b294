import CLinux
import Glibc
import PacketStore
import Units
import Wire

/// What a connection sends.
///
/// A round's messages leave with one call. What the kernel does not take waits in a bounded queue; while it does, and
/// the queue is full, datagrams for this connection are dropped, as a slow network path would, and nobody else waits.
extension Worker {
    /// Messages of one call.
    private static var vectors: Int { 64 }

    /// Sends a connection's queue.
    mutating func write(_ index: Int) {
        var slot = streams[index].queue.first
        let wasWaiting = !streams[index].unsent.isEmpty
        while slot != PacketSlab.none, streams[index].unsent.isEmpty, !streams[index].isBroken {
            slot = writeBatch(index, from: slot)
        }
        while slot != PacketSlab.none {
            keep(slot, from: 0, index)
            slot = slab[slot].next
        }
        slab.empty(&streams[index].queue)
        if streams[index].isBroken { return close(index) }
        if !wasWaiting, !streams[index].unsent.isEmpty {
            poll.change(streams[index].descriptor, streams.token(index), input: true, output: true)
        }
    }

    /// Sends what waits, now that the kernel takes more.
    mutating func sendUnsent(_ index: Int) {
        let bytes = unsafe streams[index].unsent.bytes
        let sent = unsafe send(
            streams[index].descriptor,
            bytes.baseAddress,
            bytes.count,
            Int32(truncatingIfNeeded: MSG_DONTWAIT | MSG_NOSIGNAL)
        )
        if sent < 0, errno != EAGAIN, errno != EINTR, errno != ENOBUFS { return close(index) }
        streams[index].unsent.removeFirst(max(sent, 0))
        if streams[index].unsent.isEmpty {
            poll.change(streams[index].descriptor, streams.token(index), input: true, output: false)
        }
    }

    /// Sends messages from `first` on with one call, keeps what remains of one that left in part, and returns the first
    /// that was not sent.
    private mutating func writeBatch(_ index: Int, from first: SlotIndex) -> SlotIndex {
        var vectors = unsafe InlineArray<64, iovec>(repeating: iovec())
        var count = 0
        var slot = first
        while slot != PacketSlab.none, count < Self.vectors {
            let packet = unsafe slab.packet(slot)
            unsafe vectors[count] = iovec(iov_base: UnsafeMutableRawPointer(packet.baseAddress), iov_len: packet.count)
            count &+= 1
            slot = slab[slot].next
        }
        var span = unsafe vectors.mutableSpan
        let descriptor = streams[index].descriptor
        let result = unsafe span.withUnsafeMutableBufferPointer { vectors in
            var message = unsafe linux_message()
            unsafe message.header.msg_iov = vectors.baseAddress
            unsafe message.header.msg_iovlen = count
            let result = unsafe linux_send(descriptor, &message, 1)
            return result > 0 ? unsafe Int(message.length) : Int(result)
        }
        guard result >= 0 else { return failed(index, Int32(-result), at: first) }
        return skip(result, index, from: first)
    }

    /// Passes over bytes that were sent. Returns the first message that was not sent at all.
    private mutating func skip(_ bytes: Int, _ index: Int, from first: SlotIndex) -> SlotIndex {
        var slot = first
        var left = bytes
        while slot != PacketSlab.none, left >= Int(slab[slot].count) {
            left &-= Int(slab[slot].count)
            slot = slab[slot].next
        }
        guard slot != PacketSlab.none, left > 0 else { return slot }
        keep(slot, from: left, index)
        return slab[slot].next
    }

    /// Nothing could be sent. A full connection keeps its messages, a broken one ends.
    private mutating func failed(_ index: Int, _ number: Int32, at slot: SlotIndex) -> SlotIndex {
        guard number == EAGAIN || number == EINTR || number == ENOBUFS else {
            streams[index].isBroken = true
            return PacketSlab.none
        }
        keep(slot, from: 0, index)
        return slab[slot].next
    }

    /// Puts a message, without the bytes that were sent, behind what waits. What does not fit is dropped when it is data;
    /// half a message or an answer that does not fit ends the connection.
    private mutating func keep(_ slot: SlotIndex, from sent: Int, _ index: Int) {
        let packet = unsafe slab.packet(slot)
        let rest = unsafe UnsafeMutableBufferPointer(rebasing: packet[sent...])
        if unsafe streams[index].unsent.append(rest) { return }
        if slab[slot].isDatagram, sent == 0 {
            counters.slowReaders &+= 1
        } else if !streams[index].isBroken {
            counters.streamsStuck &+= 1
            streams[index].isBroken = true
        }
    }
}
