import MediaTransport
import Meeting
import Telemetry

/// The text of one scrape: what both planes have counted, and what the process takes.
///
/// Once a scrape it asks the meeting's actor and each worker for a report; a packet never waits for it.
struct MetricsPage: Sendable {
    let version: String
    let meeting: MeetingService
    let media: MediaService

    func text() async -> String {
        let (tally, report) = (await meeting.tally(), await media.report)
        var metrics = MetricsText()
        metrics.gauge("parley_build_info", "1, with the version of the server.", by: "version", [(version, 1)])
        metrics.add(tally)
        metrics.addPort(report.media)
        metrics.addTURN(report.turn)
        metrics.addSFU(report.sfu)
        metrics.addWorkers(report.busy)
        metrics.addDrops(report)
        metrics.add(ProcessUsage.now())
        return metrics.text
    }
}

/// What the control plane has to say of itself.
struct MeetingTally: Sendable {
    var census: Census
    var counters: MeetingManager.Counters
    /// Seconds from a participant's first offer to the SFU until media can go.
    var joinTimes: Histogram
}

extension MetricsText {
    mutating func add(_ tally: MeetingTally) {
        let census = tally.census
        gauge(
            "parley_rooms",
            "Rooms that are open, by how their media goes.",
            by: "mode",
            [("mesh", Double(census.meshRooms)), ("sfu", Double(census.sfuRooms))]
        )
        gauge(
            "parley_participants",
            "Members of all rooms; reconnecting: their seats wait for them.",
            by: "state",
            [("connected", Double(census.connected)), ("reconnecting", Double(census.reconnecting))]
        )
        gauge("parley_lobby_guests", "Guests who wait to be let in.", census.guests)
        gauge("parley_signalling_connections", "WebSockets that are open.", census.connections)
        counter(
            "parley_signalling_ignored_messages_total",
            "Messages of clients that led nowhere.",
            by: "reason",
            [
                ("unknown", Double(tally.counters.unknownMessages)),
                ("malformed", Double(tally.counters.malformedMessages)),
                ("rate_limited", Double(tally.counters.rateLimitedMessages)),
            ]
        )
        histogram(
            "parley_sfu_join_seconds",
            "Time from a link's first offer to the SFU until media can go.",
            tally.joinTimes
        )
    }

    mutating func add(_ usage: ProcessUsage) {
        if let bytes = usage.residentBytes {
            gauge("process_resident_memory_bytes", "Memory that the process holds.", bytes)
        }
        if let seconds = usage.processorSeconds {
            counter("process_cpu_seconds_total", "Processor time, the kernel's for the process included.", seconds)
        }
        if let count = usage.openDescriptors { gauge("process_open_fds", "Open file descriptors.", count) }
        if let limit = usage.descriptorLimit { gauge("process_max_fds", "Most file descriptors it may open.", limit) }
        if let start = usage.startSeconds {
            gauge("process_start_time_seconds", "Unix time at which the process started.", start)
        }
    }
}
