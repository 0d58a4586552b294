/// How many allocations may live in this process at a time.
public struct RelayQuotas: Sendable, Equatable {
    /// Of one participant (T-TURN-2). A browser makes one for each connection, each way it is offered (UDP, TCP, TLS) and
    /// each of its networks and address families, and without an SFU it has a connection to each of the others.
    public var perUser: Int
    /// Of one client address (the /64 of an IPv6 one): a company behind one NAT.
    public var perAddress: Int
    /// Of everybody.
    public var total: Int

    public init(perUser: Int = 32, perAddress: Int = 1_000, total: Int = 8_192) {
        self.perUser = perUser
        self.perAddress = perAddress
        self.total = total
    }
}
