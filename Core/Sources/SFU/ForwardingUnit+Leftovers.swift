import Wire

// What simulations and fuzzing ask, so that nothing leaks.
extension ForwardingUnit {
    /// Slots that the unit has although no room does: the one that it writes into next.
    public var heldSlots: Int { spare >= 0 ? 1 : 0 }

    /// What there still is when all links were closed and a round has ended; nil when there is nothing, as it should be.
    public var leftover: String? {
        if counters.transports != 0 || !transportIndices.isEmpty || transports.count != 0 { return "links" }
        if counters.rooms != 0 || !roomIndices.isEmpty || rooms.count != 0 { return "rooms" }
        if paths.count != 0 { return "paths" }
        if fragments.count != 0 { return "fragments" }
        if waitingCount != 0 || touchedCount != 0 { return "something to send" }
        return nil
    }
}
