import Testing

@testable import STUN

@Suite("ChannelData framing")
struct ChannelDataTests {
    @Test(
        "A frame's payload is what its length says; padding of up to three bytes may follow",
        arguments: [
            ("40000000", 0), ("4FFF000161", 1), ("4000000161000000", 1), ("40000004 61626364", 4),
            ("40000003 61626300", 3),
        ]
    )
    func payload(text: String, count: Int) {
        #expect(ChannelData(parsing: Vectors.bytes(text).span)?.payload == 4..<(4 + count))
    }

    @Test(
        "No frame: another number, less data than the length says, more than padding behind it",
        arguments: [
            "", "4000", "400000", "40000001", "3FFF0000", "80000000", "C0000000", "4000000161 00000000", "4000FFFF00",
        ]
    )
    func none(text: String) {
        #expect(ChannelData(parsing: Vectors.bytes(text).span) == nil)
    }

    @Test(
        "A stream says how long its next ChannelData is, padded to four bytes, up to 2,048",
        arguments: [
            ("40", StreamFrame.incomplete), ("4000", .incomplete), ("400000", .incomplete), ("40000000", .length(4)),
            ("40000001", .length(8)), ("4FFF0004", .length(8)), ("40000005", .length(12)), ("400007FC", .length(2_048)),
            ("400007FD", .invalid), ("4000FFFF", .invalid), ("80000000", .invalid), ("7FFF0004", .length(8)),
            ("47455420", .invalid),
        ]
    )
    func stream(text: String, frame: StreamFrame) {
        #expect(StreamFrame(startOf: Vectors.bytes(text).span) == frame)
    }
}
