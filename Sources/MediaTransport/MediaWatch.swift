import Logging
import Units

/// Looks after the media plane every few seconds: whether the machine has other addresses than before, and whether a limit
/// was reached that the host should know of.
struct MediaWatch: Sendable {
    let plane: MediaPlane
    let shared: SharedState
    /// How many relays there can be.
    let capacity: Int
    let logger: Logger

    /// Runs until it is cancelled.
    func run() async {
        var before = MediaCounters()
        // Sleeping fails when it is cancelled only.
        while (try? await Task.sleep(for: Limits.watch)) != nil {
            refreshAddresses()
            let now = await plane.counters()
            log(since: before, now)
            before = now
        }
    }

    func refreshAddresses() {
        guard shared.interfaces.refresh() != nil else { return }
        plane.post(.ownAddresses(shared.ownAddresses))
        logger.info("The addresses of this machine have changed")
    }

    /// One line for each limit that was reached since the last look, with how often; no addresses.
    private func log(since before: MediaCounters, _ now: MediaCounters) {
        for (counter, text) in Self.limits {
            let count = now[keyPath: counter] &- before[keyPath: counter]
            guard count > 0 else { continue }
            logger.warning("\(text)", metadata: ["times": "\(count)"])
        }
        // Said once on the way up, while there still is room.
        let highWater = UInt64(capacity) * 8 / 10
        if before.relays < highWater, now.relays >= highWater {
            logger.warning(
                "Most of the TURN relays this server may have are in use",
                metadata: ["relays": "\(now.relays)", "capacity": "\(capacity)"]
            )
        }
    }

    private static var limits: [(WritableKeyPath<MediaCounters, UInt64>, String)] {
        [
            (\.quotaRefusals, "TURN allocations were refused: the participant, its address or everybody has enough"),
            (\.capacityRefusals, "TURN allocations were refused: no relay port, descriptor or memory is left"),
            (\.streamsRefused, "TCP connections to the media port were refused: there are too many"),
            (\.acceptPauses, "TCP connections could not be accepted: the process has no descriptors left"),
            (\.handOversFull, "Packets between relays were dropped: a media thread does not keep up"),
            (\.socketFull, "Packets were dropped: the system's send queue is full"),
        ]
    }
}
