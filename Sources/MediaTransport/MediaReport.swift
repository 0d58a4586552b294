public import SFU
public import TURN

/// What the whole media plane has counted since it was started, for the metrics.
public struct MediaReport: Sendable {
    /// What the media port received, sent and dropped.
    public internal(set) var media = MediaCounters()
    public internal(set) var turn = TURN.Counters()
    public internal(set) var sfu = SFUReport()
    /// For how long each worker did something else than wait for packets.
    public internal(set) var busy: [Duration] = []

    /// Nothing.
    public init() {}

    init(_ workers: [WorkerReport]) {
        for worker in workers {
            media.add(worker.media)
            turn.add(worker.turn)
            sfu.add(worker.sfu)
            busy.append(worker.busy)
        }
    }
}
