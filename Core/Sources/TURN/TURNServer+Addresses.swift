public import Units

extension TURNServer {
    /// The addresses of this machine have changed: the shell looks every few seconds.
    public mutating func update(ownAddresses: [IPAddress]) { configuration.policy.ownAddresses = ownAddresses }
}
