/// What clients may take of one forwarding unit.
public enum Limits {
    /// Links of one worker. Further ones are refused with an event.
    public static let transports = 4_096
    /// Rooms of one worker.
    public static let rooms = 4_096
    /// Paths of one link that packets are looked at from: as many as its ICE agent keeps.
    public static let paths = 8
    /// How often due timers are looked for while packets come. Feedback and repeats need no finer clock.
    public static let tick = Duration.milliseconds(5)
    /// Events that wait for the control plane. Further ones are dropped and counted; the state they tell of is asked for
    /// again by whoever reconnects.
    public static let events = 65_536
    /// Bytes of the room that one RTCP packet is written into, its tag left out.
    static let controlBytes = 1_200
}
