import CLinux
import Glibc
import PacketStore
import STUN
import TURN
import Units
import Wire

extension Worker {
    /// Takes connections that wait.
    mutating func accept(_ listener: Int) {
        let socket = plan.listeners[listener]
        for _ in 0..<Limits.accepts {
            var peer = linux_address()
            let descriptor = unsafe linux_accept(socket.descriptor.number, &peer)
            guard descriptor >= 0 else {
                // Without a rest the listener would be ready again at once, for nothing.
                if [-EMFILE, -ENFILE, -ENOBUFS, -ENOMEM].contains(descriptor) { pauseAccepting(true) }
                return
            }
            var local = linux_address()
            guard unsafe linux_local_address(descriptor, &local) >= 0 else {
                Glibc.close(descriptor)
                continue
            }
            _ = linux_set_option(descriptor, LINUX_NO_DELAY, 1)  // slower without these, not wrong
            _ = linux_set_option(descriptor, LINUX_SEND_BUFFER, Limits.streamSocketBytes)
            _ = linux_set_option(descriptor, LINUX_USER_TIMEOUT, Limits.streamTimeoutMilliseconds)
            let client = TransportAddress(peer)
            open(descriptor, FiveTuple(client: client, server: TransportAddress(local), transport: .tcp))
        }
    }

    /// Takes a connection in, or closes it when there are too many.
    mutating func open(_ descriptor: Int32, _ path: FiveTuple) {
        guard plan.shared.admission.admit(path.client.address) else {
            counters.streamsRefused &+= 1
            Glibc.close(descriptor)
            return
        }
        let index = streams.open(descriptor, path, now: now)
        do {
            try poll.add(descriptor, streams.token(index))
        } catch {
            counters.streamsRefused &+= 1
            close(index)
        }
    }

    /// Ends a connection, and the allocation on it.
    mutating func close(_ index: Int) {
        let path = streams[index].path
        slab.empty(&streams[index].queue)
        streams.remove(index)
        plan.shared.admission.release(path.client.address)
        turn.closed(path)
        closeEnded()
    }

    /// Stops or starts taking connections.
    mutating func pauseAccepting(_ isPaused: Bool) {
        isAcceptPaused = isPaused
        if isPaused { counters.acceptPauses &+= 1 }
        for (index, socket) in plan.listeners.enumerated() {
            poll.change(socket.descriptor.number, Token(.listener, index), input: !isPaused, output: false)
        }
    }

    /// Closes connections that bring nothing, and have no allocation for which they may be quiet.
    mutating func closeIdleStreams() {
        for index in streams.indices where streams[index].isOpen && streams[index].allocations == 0 {
            guard now - streams[index].lastMessage >= Limits.idle else { continue }
            counters.streamsIdle &+= 1
            close(index)
        }
    }

    /// Reads what a connection has and gives its messages to their protocols.
    mutating func read(_ index: Int) {
        let bytes = unsafe scratch.bytes
        let kept = streams[index].partial.count
        unsafe copy(streams[index].partial.bytes, to: bytes)
        let count = unsafe recv(
            streams[index].descriptor,
            bytes.baseAddress.map { unsafe $0 + kept },
            Limits.streamRead,
            Int32(truncatingIfNeeded: MSG_DONTWAIT)
        )
        guard count > 0 else {
            let isWaiting = count < 0 && (errno == EAGAIN || errno == EINTR)
            return isWaiting ? () : close(index)
        }
        streams[index].partial.empty()
        let token = streams.token(index)
        let rest = unsafe cut(UnsafeMutableBufferPointer(rebasing: bytes[..<(kept + count)]), from: token)
        guard streams.isCurrent(token) else { return }
        guard let rest, unsafe streams[index].partial.append(UnsafeMutableBufferPointer(rebasing: bytes[rest])) else {
            counters.streamsOutOfStep &+= 1
            return close(index)
        }
    }

    /// Cuts what was read into messages and processes them. Returns what is the beginning of one, nil when it is none.
    private mutating func cut(_ bytes: UnsafeMutableBufferPointer<UInt8>, from token: Token) -> Range<Int>? {
        let origin = Origin(path: streams[Int(token.index)].path, outlet: token)
        var offset = 0
        while offset < bytes.count, streams.isCurrent(token) {
            let rest = unsafe UnsafeMutableBufferPointer(rebasing: bytes[offset...])
            switch unsafe StreamFrame(startOf: rest.span) {
            case .incomplete: return offset..<bytes.count
            case .invalid: return nil
            case .length(let length):
                guard length > 0, length <= Limits.packetBytes else { return nil }
                guard length <= rest.count else { return offset..<bytes.count }
                streams[Int(token.index)].lastMessage = now
                unsafe processCopy(of: UnsafeMutableBufferPointer(rebasing: rest[..<length]), from: origin)
                offset += length
            }
        }
        return offset..<bytes.count
    }

    /// Processes one message of a connection, in a slot as if it were a datagram.
    private mutating func processCopy(of message: UnsafeMutableBufferPointer<UInt8>, from origin: Origin) {
        makeRoom(for: 2)
        // Flushing may have ended the connection.
        guard streams.isCurrent(origin.outlet) else { return }
        guard let slot = slab.take() else { return counters.socketFull &+= 1 }
        unsafe copy(message, to: slab.room(slot))
        slab[slot].start = Int32(PacketSlab.headRoom)
        slab[slot].count = Int32(message.count)
        process(slot, from: origin)
    }

    /// Copies bytes to the beginning of a room that has space for them.
    private func copy(_ bytes: UnsafeMutableBufferPointer<UInt8>, to room: UnsafeMutableBufferPointer<UInt8>) {
        guard let source = bytes.baseAddress, let target = room.baseAddress, bytes.count <= room.count else { return }
        unsafe target.update(from: source, count: bytes.count)
    }
}
