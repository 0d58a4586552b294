/// How many slots a member's link to the SFU should have. Grows in steps, so that the client seldom has to offer anew, and
/// never shrinks: an m-line does not go away.
struct SlotNeed: Equatable, Sendable {
    private(set) var audio = audioSteps[0]
    private(set) var video = videoSteps[0]

    private static let audioSteps = [4, 8, Limits.audioSlots]
    private static let videoSteps = [4, 9, 16, 25, Limits.videoSlots]

    /// Makes room for so many tracks, as far as a description holds them.
    mutating func grow(audio audioTracks: Int, video videoTracks: Int) {
        let lines = Limits.sfuLines - Limits.ownLines
        audio = max(audio, min(Self.step(audioTracks, Self.audioSteps), lines - video))
        video = max(video, min(Self.step(videoTracks, Self.videoSteps), lines - audio))
    }

    private static func step(_ count: Int, _ steps: [Int]) -> Int {
        steps.first { $0 >= count } ?? steps.last ?? count
    }
}
