import RTP

/// The payload types of one m-line.
struct FormatTable: BitwiseCopyable, Sendable {
    private var formats = InlineArray<16, PayloadFormat>(
        repeating: PayloadFormat(codec: .opus, payloadType: 0xFF, clockRate: 0)
    )
    private(set) var count = 0
    private(set) var usesNACK = false
    private(set) var usesREMB = false
    /// A key frame can be asked for by FIR, and not by PLI.
    private(set) var usesOnlyFIR = false

    init() {}

    /// Those beyond `Limits.formats` are ignored.
    init(_ agreed: [PayloadFormat]) {
        for format in agreed.prefix(Limits.formats) where format.clockRate > 0 {
            formats[count] = format
            count &+= 1
            usesNACK = usesNACK || format.usesNACK
            usesREMB = usesREMB || format.usesREMB
        }
        usesOnlyFIR = agreed.contains(where: \.usesFIR) && !agreed.contains(where: \.usesPLI)
    }

    subscript(index: Int) -> PayloadFormat { formats[index] }

    /// The format with a payload type.
    func format(_ payloadType: UInt8) -> PayloadFormat? {
        for index in 0..<count where formats[index].payloadType == payloadType { return formats[index] }
        return nil
    }

    /// The format whose retransmissions have a payload type.
    func format(repairedBy payloadType: UInt8) -> PayloadFormat? {
        for index in 0..<count where formats[index].repairPayloadType == payloadType { return formats[index] }
        return nil
    }

    func format(of codec: PayloadCodec) -> PayloadFormat? {
        for index in 0..<count where formats[index].codec == codec { return formats[index] }
        return nil
    }

    func knows(_ payloadType: UInt8) -> Bool {
        format(payloadType) != nil || format(repairedBy: payloadType) != nil
    }
}
