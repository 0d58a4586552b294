import DTLS
import Forwarding
import MediaTransport
import SFU
import TURN
import Telemetry
import Units

// Directions are the server's: `in` comes from clients, `out` goes to them.
extension MetricsText {
    mutating func addPort(_ port: MediaCounters) {
        counter(
            "parley_port_datagrams_total",
            "Datagrams of the media port and of TURN's relays, whatever they carried.",
            by: "direction",
            [("in", Double(port.datagramsReceived)), ("out", Double(port.datagramsSent))]
        )
        counter("parley_port_receive_errors_total", "Failed attempts to receive.", port.receiveErrors)
        counter("parley_port_segmented_sends_total", "Calls that sent several datagrams as one.", port.segmentedSends)
        counter(
            "parley_stun_bindings_total",
            "Binding requests outside of any link.",
            by: "result",
            [("answered", Double(port.bindingsAnswered)), ("ignored", Double(port.bindingsIgnored))]
        )
        gauge("parley_streams", "TCP and TLS connections of the media port that are open.", port.streams)
        counter("parley_streams_refused_total", "Connections refused because there were too many.", port.streamsRefused)
        counter(
            "parley_streams_closed_total",
            "Connections that the server ended.",
            by: "reason",
            [
                ("out_of_step", Double(port.streamsOutOfStep)), ("idle", Double(port.streamsIdle)),
                ("stuck", Double(port.streamsStuck)),
            ]
        )
        counter("parley_accept_pauses_total", "Pauses because no file descriptor was left.", port.acceptPauses)
        gauge("parley_turn_relays", "Relay sockets that are open.", port.relays)
        counter(
            "parley_turn_relayed_inside_total",
            "Packets from relay to relay without a socket.",
            port.relayedInProcess
        )
    }

    mutating func addTURN(_ turn: TURN.Counters) {
        gauge("parley_turn_allocations", "Allocations that live.", turn.allocations)
        counter("parley_turn_allocated_total", "Allocations made.", turn.allocated)
        counter(
            "parley_turn_packets_total",
            "Packets relayed.",
            by: "direction",
            [("to_peer", Double(turn.toPeers.packets)), ("to_client", Double(turn.toClients.packets))]
        )
        counter(
            "parley_turn_bytes_total",
            "Bytes relayed, without headers.",
            by: "direction",
            [("to_peer", Double(turn.toPeers.bytes)), ("to_client", Double(turn.toClients.bytes))]
        )
        counter("parley_turn_successes_total", "Requests answered with success.", turn.successes)
        counter(
            "parley_turn_errors_total",
            "Requests answered with an error; 401 and 438 begin every conversation.",
            by: "code",
            TURNErrorCode.allCases.map { ("\($0.rawValue)", Double(turn[$0])) }
        )
    }

    mutating func addSFU(_ sfu: SFUReport) {
        let (unit, forwarding) = (sfu.unit, sfu.forwarding)
        gauge("parley_sfu_rooms", "Rooms with links to the SFU.", unit.rooms)
        gauge("parley_sfu_links", "Links to the SFU, media or not.", unit.transports)
        counter(
            "parley_sfu_link_changes_total",
            "Links that became connected, were lost, ended or failed, or were refused.",
            by: "to",
            [
                ("connected", Double(unit.connects)), ("lost", Double(unit.losses)), ("ended", Double(unit.failures)),
                ("refused", Double(unit.refused)),
            ]
        )
        counter(
            "parley_sfu_handshakes_total",
            "DTLS handshakes.",
            by: "result",
            [("ok", Double(unit.handshakes)), ("failed", Double(sfu.dtls.failures))]
        )
        counter("parley_sfu_events_lost_total", "News for the signalling that found no place.", unit.eventsLost)
        counter(
            "parley_sfu_packets_total",
            "RTP packets of links, repeats included.",
            by: "direction",
            [("in", Double(unit.packetsIn)), ("out", Double(unit.packetsOut))]
        )
        counter(
            "parley_sfu_bytes_total",
            "Bytes of those packets, from the RTP header to the SRTP tag.",
            by: "direction",
            [("in", Double(unit.bytesIn)), ("out", Double(unit.bytesOut))]
        )
        counter(
            "parley_sfu_rtcp_packets_total",
            "RTCP packets of links.",
            by: "direction",
            [("in", Double(unit.controlIn)), ("out", Double(unit.controlOut))]
        )
        counter(
            "parley_sfu_nacked_packets_total",
            "Packets asked for again: in by receivers, out of senders.",
            by: "direction",
            [("in", Double(forwarding.asked)), ("out", Double(forwarding.requested))]
        )
        counter(
            "parley_sfu_key_frame_requests_total",
            "PLI and FIR: in from receivers, out to senders.",
            by: "direction",
            [("in", Double(forwarding.keyFramesAsked)), ("out", Double(forwarding.keyFrameRequests))]
        )
        counter(
            "parley_sfu_rtx_packets_total",
            "Repeats that were of use: in filled a gap, out were sent to receivers.",
            by: "direction",
            [("in", Double(forwarding.recovered)), ("out", Double(forwarding.retransmitted))]
        )
    }

    mutating func addWorkers(_ busy: [Duration]) {
        counter(
            "parley_worker_busy_seconds_total",
            "Time a media thread spent on anything but waiting; its rate is the thread's busy share.",
            by: "worker",
            busy.enumerated().map { ("\($0)", Double($1.wholeNanoseconds) / 1e9) }
        )
    }
}
