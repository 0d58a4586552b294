import CLinux
import Glibc
import ICE
import PacketStore
import SFU
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
    @discardableResult
    mutating func open(_ descriptor: Int32, _ path: FiveTuple) -> Int? {
        guard plan.shared.admission.admit(path.client.address) else {
            counters.streamsRefused &+= 1
            Glibc.close(descriptor)
            return nil
        }
        let index = streams.open(descriptor, path, now: now)
        do {
            try poll.add(descriptor, streams.token(index))
            return index
        } catch {
            counters.streamsRefused &+= 1
            close(index)
            return nil
        }
    }

    /// Ends a connection, and the allocation on it.
    mutating func close(_ index: Int) {
        let path = streams[index].path
        slab.empty(&streams[index].queue)
        streams.remove(index)
        plan.shared.admission.release(path.client.address)
        turn.closed(path)
        sfu.closed(path, at: now)
        closeEnded()
    }

    /// Takes in a connection of ICE that another worker has read from already.
    mutating func open(_ descriptor: Int32, _ path: FiveTuple, after read: [UInt8]) {
        guard let index = open(descriptor, path) else { return }
        let bytes = unsafe scratch.bytes
        guard read.count <= bytes.count else { return close(index) }
        for place in read.indices { unsafe bytes[place] = read[place] }
        take(read.count, index)
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
        take(kept + count, index)
    }

    /// Takes the first bytes of the scratch as what a connection has brought.
    private mutating func take(_ count: Int, _ index: Int) {
        let bytes = unsafe scratch.bytes
        let token = streams.token(index)
        let rest = unsafe cut(UnsafeMutableBufferPointer(rebasing: bytes[..<count]), from: token)
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
            switch unsafe frame(rest.span, on: Int(token.index)) {
            case .incomplete: return offset..<bytes.count
            case .invalid: return nil
            case .message(let header, let length):
                guard header + length <= rest.count else { return offset..<bytes.count }
                let message = unsafe UnsafeMutableBufferPointer(rebasing: rest[header..<(header + length)])
                if header > 0, let owner = unsafe otherOwner(of: message.span) {
                    unsafe move(Int(token.index), to: owner, with: rest)
                    return offset..<bytes.count
                }
                streams[Int(token.index)].lastMessage = now
                unsafe processCopy(of: message, from: origin)
                offset += header + length
            }
        }
        return offset..<bytes.count
    }

    /// What stands at the start of what a connection has brought.
    private enum Frame {
        case incomplete
        case invalid
        /// A message behind a header of so many bytes.
        case message(header: Int, Int)
    }

    /// Reads the next frame, in the framing that the first bytes of the connection chose.
    private mutating func frame(_ bytes: Span<UInt8>, on index: Int) -> Frame {
        if streams[index].framing == .undecided {
            // What came out of TLS is TURN's.
            streams[index].framing = streams[index].path.transport == .tls ? .turn : StreamProtocol(startOf: bytes)
        }
        switch streams[index].framing {
        case .undecided: return .incomplete
        case .unknown: return .invalid
        case .ice:
            switch FramedPacket(startOf: bytes) {
            case .incomplete: return .incomplete
            case .invalid: return .invalid
            case .packet(let range): return .message(header: range.lowerBound, range.count)
            }
        case .turn:
            switch StreamFrame(startOf: bytes) {
            case .incomplete: return .incomplete
            case .invalid: return .invalid
            case .length(let length):
                return length > 0 && length <= Limits.packetBytes ? .message(header: 0, length) : .invalid
            }
        }
    }

    /// The worker that a check on a connection asks for, when it is another one.
    private func otherOwner(of message: Span<UInt8>) -> Int? {
        guard message.count > 0, message[0] < 4, let fragment = ForwardingUnit.fragment(in: message),
            Int(fragment.worker) != plan.index, Int(fragment.worker) < plan.shared.mailboxes.count
        else { return nil }
        return Int(fragment.worker)
    }

    /// Gives a connection of ICE to the worker that has its link, with what was read of it.
    private mutating func move(_ index: Int, to worker: Int, with bytes: UnsafeMutableBufferPointer<UInt8>) {
        let path = streams[index].path
        let copy = dup(streams[index].descriptor)
        close(index)
        guard copy >= 0 else { return }
        let command = unsafe WorkerCommand.adoptICE(descriptor: copy, path, Array(bytes))
        if !plan.shared.mailboxes[worker].post(command) { Glibc.close(copy) }
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
