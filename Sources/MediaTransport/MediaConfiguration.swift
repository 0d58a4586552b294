public import SFU
public import TURN
public import Units

extension MediaService {
    /// Where to listen, and what for.
    public struct Configuration: Sendable {
        /// Addresses, each bound for UDP and TCP. By default all of both families.
        public var hosts: [String]
        /// The same for UDP and TCP; 0 lets the system choose one, for tests.
        public var port: Int
        /// Threads. Each takes a share of the clients.
        public var workers: Int
        /// Where relayed addresses have their ports.
        public var relayPorts: ClosedRange<UInt16>
        /// Addresses under which this machine is reached from outside, at most one of each family: told to clients as their
        /// relayed address when the machine itself has another, as behind a one-to-one NAT.
        public var publicAddresses: [IPAddress]
        /// How many allocations may live.
        public var quotas: RelayQuotas
        /// Secrets, policy and limits of TURN; nil: nobody gets a relay. The machine's own addresses are found at start.
        public var turn: TURN.Configuration?
        /// Hears what the SFU has to say. Called on the media plane's threads, so it must return at once.
        public var onEvent: @Sendable (SFUEvent) -> Void

        public init(
            hosts: [String] = ["0.0.0.0", "::"],
            port: Int = 3478,
            workers: Int = 1,
            relayPorts: ClosedRange<UInt16> = 49_152...65_535,
            publicAddresses: [IPAddress] = [],
            quotas: RelayQuotas = RelayQuotas(),
            turn: TURN.Configuration? = nil,
            onEvent: @escaping @Sendable (SFUEvent) -> Void = { _ in }
        ) {
            self.hosts = hosts
            self.port = port
            self.workers = workers
            self.relayPorts = relayPorts
            self.publicAddresses = publicAddresses
            self.quotas = quotas
            self.turn = turn
            self.onEvent = onEvent
        }
    }

    /// A socket that is open.
    public struct BoundSocket: Equatable, Sendable {
        /// What it carries.
        public enum Transport: Sendable { case udp, tcp }

        public var transport: Transport
        /// As it was asked for.
        public var host: String
        public var port: Int
    }
}

/// Only what may stand in a log, however it is printed: it holds secrets.
extension MediaService.Configuration: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "port \(port), \(workers) workers" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
