import STUN

/// What an Allocate request asks for, once its attributes go together.
struct AllocateWish {
    enum Reading {
        case wish(AllocateWish)
        case refused(TURNErrorCode)
    }

    var families: Families = .v4
    var isEvenPort = false
    var reservesNext = false
    var reservation: UInt64?
    var lifetime: UInt32?

    /// The checks 3 to 9 of RFC 8656 §7.2 that need no socket.
    static func read(_ request: Request, _ bytes: Span<UInt8>) -> Reading {
        let fields = request.fields
        var wish = AllocateWish()
        // 3. UDP is what is relayed.
        guard let transport = fields.requestedTransport.flatMap({ FieldValue.firstByte($0, in: bytes) }) else {
            return .refused(.badRequest)
        }
        guard transport == 17 else { return .refused(.unsupportedTransportProtocol) }
        // 4. DONT-FRAGMENT is not known here, and neither is what is not known at all.
        guard fields.unknownCount == 0 else { return .refused(.unknownAttribute) }
        if let range = fields.lifetime {
            guard let lifetime = FieldValue.uint32(range, in: bytes) else { return .refused(.badRequest) }
            wish.lifetime = lifetime
        }
        // 5. A reserved port is what it is.
        if let range = fields.reservationToken {
            guard fields.evenPort == nil, fields.requestedFamily == nil, fields.additionalFamily == nil,
                let token = FieldValue.uint64(range, in: bytes)
            else { return .refused(.badRequest) }
            wish.reservation = token
        }
        if let refusal = wish.readFamilies(fields, bytes) ?? wish.readEvenPort(fields, bytes) {
            return .refused(refusal)
        }
        return .wish(wish)
    }

    /// 6., 7. and 9.
    private mutating func readFamilies(_ fields: Fields, _ bytes: Span<UInt8>) -> TURNErrorCode? {
        guard fields.requestedFamily == nil || fields.additionalFamily == nil else { return .badRequest }
        if let range = fields.requestedFamily {
            guard let family = FieldValue.firstByte(range, in: bytes) else { return .badRequest }
            guard let families = Families(wire: family) else { return .addressFamilyNotSupported }
            self.families = families
        }
        if let range = fields.additionalFamily {
            guard FieldValue.firstByte(range, in: bytes) == 2 else { return .badRequest }
            families = .both
        }
        return nil
    }

    /// 8.
    private mutating func readEvenPort(_ fields: Fields, _ bytes: Span<UInt8>) -> TURNErrorCode? {
        guard let range = fields.evenPort else { return nil }
        guard range.count == 1 else { return .badRequest }
        isEvenPort = true
        reservesNext = bytes[range.lowerBound] & 0x80 != 0
        return reservesNext && fields.additionalFamily != nil ? .badRequest : nil
    }
}

extension Families {
    /// From REQUESTED-ADDRESS-FAMILY (RFC 8656 §18.9); nil for any other.
    init?(wire: UInt8) {
        switch wire {
        case 1: self = .v4
        case 2: self = .v6
        default: return nil
        }
    }
}
