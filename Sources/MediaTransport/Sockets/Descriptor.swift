import CLinux
import Glibc
import Synchronization
import Units

/// An open descriptor that is closed when its owner goes.
struct Descriptor: ~Copyable {
    /// As system calls want it.
    let number: Int32

    init(_ number: Int32) { self.number = number }

    deinit { close(number) }

    /// Hands the number to somebody who closes it.
    consuming func release() -> Int32 {
        let number = number
        discard self
        return number
    }
}

/// The two versions of IP.
enum IPVersion: UInt8, Sendable, BitwiseCopyable {
    case v4, v6

    init(of address: IPAddress) { self = address.v4 == nil ? .v6 : .v4 }

    /// AF_INET or AF_INET6.
    var family: Int32 { self == .v4 ? AF_INET : AF_INET6 }
}

extension TransportAddress {
    init(_ address: linux_address) {
        self.init(IPAddress(high: address.high, low: address.low), port: address.port)
    }
}

extension linux_address {
    init(_ address: TransportAddress) {
        self.init(high: address.address.high, low: address.address.low, port: address.port)
    }
}

/// An open descriptor that several owners share; closed when the last one goes.
final class OpenDescriptor: Sendable {
    private let held: Atomic<Int32>

    init(_ number: Int32) { held = Atomic(number) }

    deinit { if number >= 0 { close(number) } }

    /// As system calls want it; -1 when it was released.
    var number: Int32 { held.load(ordering: .acquiring) }

    /// Hands the number to somebody who closes it; the owners have nothing then.
    func release() -> Int32 { held.exchange(-1, ordering: .acquiringAndReleasing) }
}
