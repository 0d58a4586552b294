import Glibc
import PacketStore
import Synchronization
import TURN
import Units

/// A packet on its way from one worker to another.
struct HandOver: BitwiseCopyable {
    /// The relay whose client gets it; nil when it is for the SFU.
    let target: RelayID?
    /// Where it came from and to; for a relay only where from.
    let path: FiveTuple
    /// What an answer of the SFU leaves by.
    let outlet: OutletID
    var count: Int32 = 0
}

/// The packets that one worker hands to another: one writes, one reads, nobody waits. Full: the packet is dropped.
///
/// Its memory is reserved when the workers start and provided by the system as it is first used.
// SAFETY: an entry belongs to the writer until `written` passes it, then to the reader until `read` passes it;
// each of the two is stored by one thread only, releasing, and loaded by the other, acquiring.
@safe final class HandOverRing: @unchecked Sendable {
    private let memory: UnsafeMutableRawPointer
    private let positions = AtomicIntegers(count: 16)

    /// Places of the two positions, on cache lines of their own.
    private static let written = 0
    private static let read = 8
    /// Header, then packet.
    private static let headerBytes = 128
    private static let entryBytes = headerBytes + Limits.packetBytes

    init() throws(SystemError) {
        let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
        let bytes = Limits.handOvers * Self.entryBytes
        guard let mapped = unsafe mmap(nil, bytes, PROT_READ | PROT_WRITE, flags, -1, 0), unsafe mapped != MAP_FAILED
        else { throw SystemError(number: errno, call: "mmap") }
        unsafe memory = mapped
    }

    deinit { unsafe munmap(memory, Limits.handOvers * Self.entryBytes) }

    /// Writes a packet; false when the ring is full. The writer's.
    func push(_ handOver: HandOver, _ packet: UnsafeMutableBufferPointer<UInt8>) -> Bool {
        let written = positions.load(Self.written)
        guard written &- positions.load(Self.read) < UInt64(Limits.handOvers), packet.count <= Limits.packetBytes,
            let source = packet.baseAddress
        else { return false }
        let entry = unsafe entry(written)
        var header = handOver
        header.count = Int32(packet.count)
        unsafe entry.storeBytes(of: header, as: HandOver.self)
        unsafe (entry + Self.headerBytes).copyMemory(from: source, byteCount: packet.count)
        positions.store(Self.written, written &+ 1)
        return true
    }

    /// Reads the next packet into `room`, which takes `Limits.packetBytes`; nil when there is none. The reader's.
    func pop(into room: UnsafeMutableBufferPointer<UInt8>) -> HandOver? {
        let read = positions.load(Self.read)
        guard read != positions.load(Self.written), let target = room.baseAddress else { return nil }
        let entry = unsafe entry(read)
        let header = unsafe entry.load(as: HandOver.self)
        unsafe UnsafeMutableRawPointer(target).copyMemory(
            from: entry + Self.headerBytes,
            byteCount: min(Int(header.count), room.count)
        )
        positions.store(Self.read, read &+ 1)
        return header
    }

    private func entry(_ position: UInt64) -> UnsafeMutableRawPointer {
        unsafe memory + Int(position % UInt64(Limits.handOvers)) * Self.entryBytes
    }
}
