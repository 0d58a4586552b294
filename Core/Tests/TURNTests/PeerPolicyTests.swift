import Testing
import Units

@testable import TURN

@Suite("Peer policy")
struct PeerPolicyTests {}
