import TURN
import Units

extension IPAddress {
    /// Whether the address is one of the public internet, as TURN sees it: for advice and for choosing URLs.
    var isPublic: Bool { PeerPolicy().verdict(on: self) == .open }
}
