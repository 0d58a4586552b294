internal import Wire

// How what the SFU's clients are told stands on the wire.
extension JSONWriter {
    mutating func slots(_ slots: [ServerMessage.SlotContent]) {
        object("slots") { json in
            for slot in slots {
                if let track = slot.track {
                    json.field(named: slot.mid, track.description)
                } else {
                    json.null(named: slot.mid)
                }
            }
        }
    }
}

extension ServerMessage.GivenTrack {
    func write(_ json: inout JSONWriter) {
        json.field("track", track.description)
        json.field("width", width)
        json.field("height", height)
        json.field("framesPerSecond", framesPerSecond)
        json.field("reason", reason?.rawValue)
    }
}

extension ServerMessage.DemandedTrack {
    func write(_ json: inout JSONWriter) {
        json.field("track", track.description)
        json.array("layers", layers) { json, layer in json.string(layer) }
    }
}
