import DTLS
import Forwarding
import ICE
import MediaTransport
import PeerConnection
import SFU
import TURN
import Telemetry

extension MetricsText {
    /// What was dropped, in one family: by the layer that did, and why.
    mutating func addDrops(_ report: MediaReport) {
        counter(
            "parley_drops_total",
            "Packets, and wishes in them, that led nowhere.",
            by: "layer",
            "reason",
            [
                ("port", Self.drops(report.media)),
                ("turn", TURN.DropReason.allCases.map { (Self.name($0), Double(report.turn[$0])) }),
                ("sfu", Self.drops(report.sfu.unit)),
                ("link", Self.drops(report.sfu.links)),
                ("ice", Self.drops(report.sfu.ice)),
                ("dtls", Self.drops(report.sfu.dtls)),
                ("room", Forwarding.DropReason.allCases.map { (Self.name($0), Double(report.sfu.forwarding[$0])) }),
            ]
        )
    }

    private static func drops(_ port: MediaCounters) -> [Sample] {
        [
            ("too_long", Double(port.tooLong)), ("unknown_protocol", Double(port.unknownProtocol)),
            ("unreachable", Double(port.unreachable)), ("refused", Double(port.refused)),
            ("socket_full", Double(port.socketFull)), ("not_sent", Double(port.notSent)),
            ("own_port_closed", Double(port.ownPortClosed)), ("hand_over_full", Double(port.handOversFull)),
            ("slow_reader", Double(port.slowReaders)),
        ]
    }

    private static func drops(_ unit: SFUCounters) -> [Sample] {
        [
            ("unknown", Double(unit.unknown)), ("unprotected", Double(unit.unprotected)),
            ("pathless", Double(unit.pathless)), ("slotless", Double(unit.slotless)),
        ]
    }

    private static func drops(_ link: PeerConnectionCounters) -> [Sample] {
        [
            ("unknown", Double(link.unknown)), ("not_admitted", Double(link.notAdmitted)),
            ("before_keys", Double(link.beforeKeys)), ("malformed", Double(link.malformed)),
            ("not_authentic", Double(link.notAuthentic)), ("replayed", Double(link.replayed)),
            ("too_many_streams", Double(link.tooManyStreams)), ("no_room", Double(link.noRoom)),
            ("over_budget", Double(link.overBudget)),
        ]
    }

    private static func drops(_ ice: ICECounters) -> [Sample] {
        [
            ("not_ice", Double(ice.notICE)), ("bad_fingerprint", Double(ice.badFingerprint)),
            ("bad_username", Double(ice.badUsername)), ("bad_integrity", Double(ice.badIntegrity)),
            ("stray_answer", Double(ice.strayAnswers)), ("over_budget", Double(ice.overBudget)),
        ]
    }

    private static func drops(_ dtls: DTLSCounters) -> [Sample] {
        [
            ("malformed", Double(dtls.malformed)), ("oversized", Double(dtls.oversized)),
            ("bad_epoch", Double(dtls.badEpoch)), ("early", Double(dtls.early)),
            ("unexpected", Double(dtls.unexpected)),
        ]
    }

    /// The name of a case as labels write it: `noAllocation` is `no_allocation`, `repeatedNACK` is `repeated_nack`.
    static func name(_ reason: some Any) -> String {
        var text = ""
        var wasUpper = false
        for letter in "\(reason)" {
            if letter.isUppercase, !wasUpper { text += "_" }
            wasUpper = letter.isUppercase
            text += letter.lowercased()
        }
        return text
    }
}
