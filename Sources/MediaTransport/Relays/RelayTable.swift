import Glibc
import PacketStore
import TURN
import Units
import Wire

/// A relay socket in its worker's table.
struct Relay: BitwiseCopyable {
    /// Nil while the place is free.
    var id: RelayID?
    var socket: DatagramSocket
    /// As clients and peers see it; its port is the socket's.
    var relayed: TransportAddress
    /// Where its client's data leaves.
    var client: Token
    /// What goes out at the end of the round.
    var queue: SlotQueue
}

/// The relay sockets of one worker, each at the place that its `RelayID` says.
struct RelayTable: ~Copyable {
    private var places: FlatArray<Relay>
    /// How many are open.
    private(set) var count = 0

    init() { places = FlatArray(repeating: Self.free, count: 0) }

    deinit {
        for index in 0..<places.count where places[index].id != nil { close(places[index].socket.descriptor) }
    }

    subscript(index: Int) -> Relay {
        get { places[index] }
        _modify { yield &places[index] }
    }

    /// The place of a relay that is open now; nil when it has been closed.
    func index(of id: RelayID) -> Int? {
        let index = Self.place(of: id)
        return index < places.count && places[index].id == id ? index : nil
    }

    /// Whether an event is of the relay that has the place now.
    func isCurrent(_ token: Token) -> Bool {
        let index = Int(token.index)
        guard index < places.count, let id = places[index].id else { return false }
        return UInt16(truncatingIfNeeded: id.allocation.generation) == token.generation
    }

    func token(of id: RelayID) -> Token {
        Token(.relay, Self.place(of: id), generation: UInt16(truncatingIfNeeded: id.allocation.generation))
    }

    mutating func open(_ relay: Relay, _ id: RelayID) {
        let index = Self.place(of: id)
        places.grow(to: max(16, (index + 1).nextPowerOfTwo), with: Self.free)
        places[index] = relay
        places[index].id = id
        count += 1
    }

    /// Closes a relay and frees its place; its queue has to be empty.
    mutating func remove(_ index: Int) {
        close(places[index].socket.descriptor)
        places[index] = Self.free
        count -= 1
    }

    private static func place(of id: RelayID) -> Int {
        Int(id.allocation.slot) * 2 + (id.family == .v4 ? 0 : 1)
    }

    private static var free: Relay {
        Relay(
            id: nil,
            socket: DatagramSocket(descriptor: -1, version: .v4, namesSource: false),
            relayed: TransportAddress(IPAddress(high: 0, low: 0), port: 0),
            client: Token(.inbox, 0),
            queue: SlotQueue()
        )
    }
}

extension Int {
    fileprivate var nextPowerOfTwo: Int { self <= 1 ? 1 : 1 << (Int.bitWidth - (self - 1).leadingZeroBitCount) }
}
