import Meeting
import SDP

/// An offer by HTTP, made to fit what it is for: a publisher only sends, a viewer only receives.
enum HeadlessOffer {
    /// The offer with its m-lines one way; what goes only the other way is inactive. Nil when nothing is left.
    static func fitted(_ offer: SessionDescription, to kind: HeadlessSession.Kind) -> SessionDescription? {
        var offer = offer
        var isUseful = false
        for index in offer.media.indices {
            let media = offer.media[index]
            let isMeant = kind == .whip ? media.direction.sends : media.direction.receives
            offer.media[index].direction = isMeant ? (kind == .whip ? .sendonly : .recvonly) : .inactive
            let isMedia = media.kind == .audio || media.kind == .video
            if isMeant, isMedia, !media.isRejected { isUseful = true }
        }
        return isUseful ? offer : nil
    }

    /// What a publisher's m-lines are: the first sound is his microphone, the first picture his camera; second ones are his
    /// screen's.
    static func tracks(of offer: SessionDescription) -> [ClientMessage.TrackBinding] {
        var audio: [Meeting.Source] = [.microphone, .screenAudio]
        var video: [Meeting.Source] = [.camera, .screen]
        var tracks: [ClientMessage.TrackBinding] = []
        for media in offer.media where media.direction.sends && !media.isRejected {
            if media.kind == .audio, !audio.isEmpty {
                tracks.append(.init(mid: media.mid, source: audio.removeFirst()))
            } else if media.kind == .video, !video.isEmpty {
                tracks.append(.init(mid: media.mid, source: video.removeFirst()))
            }
        }
        return tracks
    }
}
