import DTLS
import ICE
import RTP
import SRTP
public import Units

extension PeerConnection {
    /// Takes a datagram or frame. RTP and RTCP are decrypted where they stand; when they are refused, the bytes are of no
    /// use any more.
    public mutating func receive(
        _ bytes: inout MutableSpan<UInt8>,
        on path: FiveTuple,
        at now: Timestamp
    ) -> Reception {
        guard bytes.count > 0 else { return .nothing }
        switch bytes[0] {
        case 128...191: return receiveMedia(&bytes, on: path, now)
        case 0...3: receiveCheck(bytes.span, on: path, now)
        case 20...63: receiveHandshake(bytes.span, on: path, now)
        default: counters.unknown &+= 1
        }
        return .nothing
    }

    private mutating func receiveMedia(
        _ bytes: inout MutableSpan<UInt8>,
        on path: FiveTuple,
        _ now: Timestamp
    ) -> Reception {
        guard agent.admits(path) else {
            counters.notAdmitted &+= 1
            return .nothing
        }
        var reception = Reception.nothing
        do throws(UnprotectError) {
            if RTCPCompound.begins(bytes.span) {
                if let count = try ciphers?.receiver.unprotectControl(&bytes) { reception = .control(count) }
            } else {
                if let packet = try ciphers?.receiver.unprotect(&bytes) { reception = .media(packet) }
            }
        } catch {
            counters.count(error)
            return .nothing
        }
        if case .nothing = reception {
            counters.beforeKeys &+= 1
            return .nothing
        }
        releaseHandshake()
        select(agent.receivedAuthenticated(on: path, at: now))
        return reception
    }

    /// STUN, of which ICE answers what is right.
    private mutating func receiveCheck(_ bytes: Span<UInt8>, on path: FiveTuple, _ now: Timestamp) {
        var room = InlineArray<1_024, UInt8>(repeating: 0)
        var span = room.mutableSpan
        let outcome = agent.receive(bytes, on: path, at: now, into: &span)
        select(outcome.event)
        queue(room.span.extracting(outcome.check), path)
        queue(room.span.extracting(outcome.answer), path)
    }

    private mutating func queue(_ datagram: Span<UInt8>, _ path: FiveTuple) {
        guard !datagram.isEmpty else { return }
        if !pending.append(datagram, to: path) { counters.noRoom &+= 1 }
    }

    private mutating func receiveHandshake(_ bytes: Span<UInt8>, on path: FiveTuple, _ now: Timestamp) {
        guard agent.admits(path), path == agent.selected || isEarly(path) else {
            counters.notAdmitted &+= 1
            return
        }
        agent.receivedUnauthenticated(bytes.count, on: path)
        settle(dtls.receive(bytes, on: path, at: now), on: path, now)
    }

    /// Whether a path that is not selected may shake hands: the first that tries.
    private mutating func isEarly(_ path: FiveTuple) -> Bool {
        if let earlyPath, earlyPath != agent.selected { return path == earlyPath }
        earlyPath = path
        return true
    }

    /// Where media goes, what is left of DTLS goes too.
    private mutating func select(_ event: ICEEvent) {
        guard event != .none else { return }
        events.note(event)
        if case .selected(let path) = event { dtls.move(to: path) }
    }
}
