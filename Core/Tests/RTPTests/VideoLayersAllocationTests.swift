import Testing

@testable import RTP

@Suite("Video layers allocation")
struct VideoLayersAllocationTests {
    @Test("Three streams of one layer each, with rates and sizes")
    func simulcast() throws {
        // Stream 1; 3 streams, each with spatial layer 0; 1, 2, 3 temporal layers; kbps 150 | 300 500 | 900 1200 2500.
        let value = hex("61 18 9601 AC02 F403 8407 B009 C413 013F 00B3 0F 027F 0167 1E 04FF 02CF 1E")
        let read = VideoLayersAllocation(value.span)
        let allocation = try #require(read)
        #expect(allocation.stream == 1 && allocation.count == 3)
        #expect(
            (0..<3).map { allocation[$0] } == [
                AllocatedLayer(
                    stream: 0,
                    temporalLayers: 1,
                    kilobits: 150,
                    width: 320,
                    height: 180,
                    framesPerSecond: 15
                ),
                AllocatedLayer(
                    stream: 1,
                    temporalLayers: 2,
                    kilobits: 500,
                    width: 640,
                    height: 360,
                    framesPerSecond: 30
                ),
                AllocatedLayer(
                    stream: 2,
                    temporalLayers: 3,
                    kilobits: 2_500,
                    width: 1_280,
                    height: 720,
                    framesPerSecond: 30
                ),
            ]
        )
        #expect(allocation[3] == AllocatedLayer() && allocation[-1] == AllocatedLayer())
    }

    @Test("Streams whose layers differ carry a mask each; rates without sizes are read too")
    func differing() throws {
        // 2 streams: spatial layers 0 and 1, then none; two temporal layers each.
        let read = VideoLayersAllocation(hex("10 30 50 0A 14 1E 28").span)
        let allocation = try #require(read)
        #expect(allocation.count == 2)
        #expect(allocation[1] == AllocatedLayer(stream: 0, spatialLayer: 1, temporalLayers: 2, kilobits: 40))
    }

    @Test("A single zero byte says that nothing is sent")
    func nothing() { let read = VideoLayersAllocation(hex("00").span); #expect(read?.count == 0) }

    @Test(
        "A value that ends too early, or has a rate beyond 32 bits, is none",
        arguments: [
            "", "61", "6118", "611896", "61189601AC02F4038407B009C4", "20", "1030 50 0A141E", "0100FFFFFFFFFF",
            "0100FFFFFFFF7F",
        ]
    )
    func malformed(text: String) { #expect(VideoLayersAllocation(hex(text).span) == nil) }
}
